-- stop: a record waits and is linked on the same day.
select w.feed, w.record_key
from link_waiting as w
join fact_link as l
    on w.feed = l.feed and w.record_key = l.record_key
    and l.known_on < coalesce(w.superseded_on, date '9999-12-31')
    and w.known_on < coalesce(l.superseded_on, date '9999-12-31');

-- stop: days that end before they begin.
select feed, record_key
from link_waiting
where superseded_on <= known_on;
