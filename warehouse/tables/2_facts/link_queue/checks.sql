-- stop: a record waits for a person and is linked at the same time.
select q.feed, q.record_key
from link_queue as q
join fact_link as l
    on q.feed = l.feed and q.record_key = l.record_key and l.superseded_on is null;
