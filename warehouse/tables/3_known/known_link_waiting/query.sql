-- one row: a record that waited for a person's answer on an as-of date
-- why: what nobody had answered by that day, whatever was answered later
select a.as_of, w.feed, w.record_key, w.known_on as waiting_since
from as_of_date as a
join link_waiting as w
  on w.known_on < a.as_of
  and (w.superseded_on is null or w.superseded_on >= a.as_of)
