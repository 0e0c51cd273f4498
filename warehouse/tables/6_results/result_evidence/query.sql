-- one row: one thing that can be said of a tenancy on an as-of date, for a risk or against, with the facts it cites
-- why: reasons are sentences made of these; every amount and date in them stands here
with every_evidence as (
  select * from evidence_account
  union all by name
  select * from evidence_notice
  union all by name
  select * from evidence_person
  union all by name
  select * from evidence_home
  union all by name
  select * from against_account
  union all by name
  select * from against_other
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  e.evidence,
  e.event_on,
  cast(e.amount_dkk as decimal(12, 2)) as amount_dkk,
  cast(e.event_count as integer) as event_count,
  e.code,
  e.facts,
  coalesce(e.link_confidence, 1.0) as link_confidence
from every_evidence as e
join active_tenancy as t using (row_no)
