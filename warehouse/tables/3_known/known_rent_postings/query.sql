-- one row: a rent posting of a tenancy that is asked for, in the version that was in force on an as-of date
-- why: the door of the feed rent_postings; what became known on or after the date is not there
select a.as_of, f.* exclude (superseded_on, retracted)
from asked_tenancy as a
join fact_rent_postings as f
  on f.landlord = a.landlord
  and f.tenancy_no = a.tenancy_no
  and f.known_on < a.as_of
  and (f.superseded_on is null or f.superseded_on >= a.as_of)
  and not coalesce(f.retracted, false)
where 'rent_postings' not in (select feed from switched_off)
