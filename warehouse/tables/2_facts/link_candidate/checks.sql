-- stop: a candidate of a record that never waited.
select c.feed, c.record_key
from link_candidate as c
anti join link_waiting as w
    on w.feed = c.feed and w.record_key = c.record_key;
