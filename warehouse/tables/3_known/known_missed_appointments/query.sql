-- one row: a missed appointment, in the version that was in force on an as-of date
-- why: the door of the feed missed_appointments; what became known on or after the date is not there
select a.as_of, f.* exclude (superseded_on, retracted)
from as_of_date as a
join fact_missed_appointments as f
  on f.known_on < a.as_of
  and (f.superseded_on is null or f.superseded_on >= a.as_of)
  and not coalesce(f.retracted, false)
where 'missed_appointments' not in (select feed from switched_off)
