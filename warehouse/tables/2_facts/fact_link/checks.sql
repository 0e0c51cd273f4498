-- stop: a link ends before it was made.
select feed, record_key
from fact_link
where superseded_on <= known_on;

-- stop: a record is linked to two homes on one day.
select a.feed, a.record_key
from fact_link as a
join fact_link as b
    on a.feed = b.feed and a.record_key = b.record_key and a.known_on < b.known_on
where a.superseded_on is null or a.superseded_on > b.known_on;

-- stop: a record is linked to a tenancy that was not known on the day of the decision.
select l.feed, l.record_key
from fact_link as l
anti join fact_tenancies as t
    on l.landlord = t.landlord and l.tenancy_no = t.tenancy_no and t.known_on <= l.known_on;
