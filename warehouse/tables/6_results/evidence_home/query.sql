-- one row: an evidence from a tenancy itself or from its landlord's practice
-- why: what a reason about the home may say; it cites the tenancy's own row, never another tenant's
with home as (
  select *, ['tenancies:' || landlord || '/' || tenancy_no] as facts from active_tenancy
)
select row_no, 'new_tenancy' as evidence, moved_in_on as event_on, null::decimal(12, 2) as amount_dkk,
  null::integer as event_count, null::varchar as code, facts
from home
where moved_in_on >= as_of - interval 24 month
union all
select row_no, 'municipal_referral', moved_in_on, null, null, null, facts from home where municipal_referral
union all
select row_no, 'rent_reduction_ends', rent_reduction_ends_on, null, null, null, facts
from home
where rent_reduction_ends_on >= as_of - interval 6 month
union all
select h.row_no, 'landlord_practice', null, null, cast(round(1000.0 * p.terminations_12 / p.tenancies) as integer), null, h.facts
from home as h
join row_source as s on s.row_no = h.row_no and s.landlord_notices
join landlord_practice as p on p.as_of = h.as_of and p.landlord = h.landlord
