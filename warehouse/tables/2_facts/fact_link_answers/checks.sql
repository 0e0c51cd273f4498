-- stop: a version ends before it became known: the versions are out of order.
select delivery_id, line_no
from fact_link_answers
where superseded_on < known_on;

-- stop: two versions of one record are open at once, so that one day would show both.
select feed, record_key
from fact_link_answers
where superseded_on is null
group by feed, record_key
having count(*) > 1;

-- stop: a version stems from no delivered row.
select f.delivery_id, f.line_no
from fact_link_answers as f
anti join delivered_link_answers as d
    on f.delivery_id = d.delivery_id and f.line_no = d.line_no;
