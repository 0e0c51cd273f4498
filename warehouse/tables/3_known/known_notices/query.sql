-- one row: a notice and the tenancy it concerns, in the version that was in force on an as-of date
-- why: the door of the feed notices; the tenancy is the row's own, else the linked one; told_on = the first day on which
--   the notice was known to be about that tenancy
with begun as (
  -- of versions that are known the first one is the first of all
  select source, notice_no, min(known_on) as first_known_on from fact_notices group by source, notice_no
),
version as (
  select a.as_of, f.source || '/' || f.notice_no as record_key,
    b.first_known_on,
    f.*
  from as_of_date as a
  join fact_notices as f on f.known_on < a.as_of
  join begun as b on b.source = f.source and b.notice_no = f.notice_no
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
  case when v.names_its_tenancy then 1.0 else coalesce(l.confidence, 1.0) end as link_confidence,
  case when v.names_its_tenancy then v.first_known_on else greatest(v.first_known_on, l.linked_on) end as told_on
from in_force as v
left join known_link as l
  on l.as_of = v.as_of
  and l.feed = 'notices'
  and l.record_key = v.record_key
