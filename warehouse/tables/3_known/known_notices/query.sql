-- one row: a notice and the tenancy it concerns, in the version that was in force on an as-of date
-- why: the door of the feed notices; the tenancy is the row's own, else the linked one
with version as (
  select a.as_of, f.source || '/' || f.notice_no as record_key,
    min(f.known_on) over (partition by a.as_of, f.source, f.notice_no) as first_known_on,
    f.*
  from as_of_date as a
  join fact_notices as f on f.known_on < a.as_of
  where 'notices' not in (select feed from switched_off)
),
in_force as (
  select *, landlord is not null and tenancy_no is not null as names_its_tenancy
  from version
  where (superseded_on is null or superseded_on >= as_of) and not coalesce(retracted, false)
)
select v.* exclude (landlord, tenancy_no, record_key, names_its_tenancy, superseded_on, retracted),
  case when v.names_its_tenancy then v.landlord else l.landlord end as landlord,
  case when v.names_its_tenancy then v.tenancy_no else l.tenancy_no end as tenancy_no,
  case when v.names_its_tenancy then 1.0 else coalesce(l.confidence, 1.0) end as link_confidence
from in_force as v
left join known_link as l
  on l.as_of = v.as_of
  and l.feed = 'notices'
  and l.record_key = v.record_key
