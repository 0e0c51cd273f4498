-- one row: a tenancy that is asked for, in the version that was in force on an as-of date
-- why: the door of the feed tenancies; the tenant is filled in from the linking where the landlord gave no number
select a.as_of, f.* exclude (superseded_on, retracted) replace (coalesce(f.person_id, l.person_id) as person_id)
from asked_tenancy as a
join fact_tenancies as f
  on f.landlord = a.landlord
  and f.tenancy_no = a.tenancy_no
  and f.known_on < a.as_of
  and (f.superseded_on is null or f.superseded_on >= a.as_of)
  and not coalesce(f.retracted, false)
left join known_link as l
  on l.as_of = a.as_of
  and l.feed = 'tenancies'
  and l.record_key = f.landlord || '/' || f.tenancy_no
where 'tenancies' not in (select feed from switched_off)
