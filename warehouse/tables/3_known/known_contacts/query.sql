-- one row: a contact and the tenancy it concerns, in the version that was in force on an as-of date
-- why: the door of the feed contacts; the tenancy is the row's own, else the linked one, else where the person lived
with version as (
  select a.as_of, f.contact_no as record_key,
    f.*
  from as_of_date as a
  join fact_contacts as f on f.known_on < a.as_of
  where 'contacts' not in (select feed from switched_off)
),
in_force as (
  select *, landlord is not null and tenancy_no is not null as names_its_tenancy
  from version
  where (superseded_on is null or superseded_on >= as_of) and not coalesce(retracted, false)
)
select v.* exclude (landlord, tenancy_no, record_key, names_its_tenancy, superseded_on, retracted),
  case when v.names_its_tenancy then v.landlord else coalesce(l.landlord, r.landlord) end as landlord,
  case when v.names_its_tenancy then v.tenancy_no else coalesce(l.tenancy_no, r.tenancy_no) end as tenancy_no,
  case when v.names_its_tenancy then 1.0 else coalesce(l.confidence, 1.0) end as link_confidence
from in_force as v
left join known_link as l
  on l.as_of = v.as_of
  and l.feed = 'contacts'
  and l.record_key = v.record_key
left join known_resident as r
  on r.as_of = v.as_of
  and r.person_id = v.person_id
  and l.tenancy_no is null and not v.names_its_tenancy
