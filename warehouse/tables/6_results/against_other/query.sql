-- one row: an evidence from a tenancy, its notices, contacts and benefits that speaks against a risk
-- why: a caseworker must see what speaks for the tenant too; what was not received is said of the sources that send it
-- steps: heard = since when a landlord's notices have been known; quiet = no notice of a tenancy in 24 months
with heard as (
  select as_of, landlord, min(issued_on) as first_on from known_notices where source = 'landlord' group by all
),
quiet as (
  select t.row_no, t.moved_in_on, ['tenancies:' || t.landlord || '/' || t.tenancy_no] as facts
  from active_tenancy as t
  join row_source as s on s.row_no = t.row_no and s.landlord_notices
  join heard as h on h.as_of = t.as_of and h.landlord = t.landlord and h.first_on < t.as_of - interval 24 month
  left join tenancy_notice as n on n.row_no = t.row_no and n.issued_on >= t.as_of - interval 24 month
  where n.row_no is null and t.moved_in_on < t.as_of - interval 24 month
),
settled as (
  select n.row_no, n.issued_on as event_on, n.kind as code, ['notices:' || n.source || '/' || n.notice_no] as facts
  from tenancy_notice as n
  join notice_state as o using (row_no)
  where n.kind in ('withdrawn', 'settled', 'paid')
    and n.issued_on >= n.as_of - interval 24 month
    and o.open_demand_on is null and o.open_termination_on is null and o.open_court_on is null
  qualify row_number() over (partition by n.row_no order by n.issued_on desc, n.source, n.notice_no) = 1
),
contact as (
  select t.row_no, c.contacted_on as event_on, c.outcome, nullif(c.intervention, 'none') as code,
    ['contacts:' || c.contact_no] as facts
  from known_contacts as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where c.contacted_on < c.as_of
    and c.contacted_on >= c.as_of - interval 12 month
    and coalesce(c.outcome, '') <> 'wrong_person'
  qualify row_number() over (partition by t.row_no order by c.contacted_on desc, c.contact_no desc) = 1
),
resident as (
  select t.row_no, t.as_of, r.person_id
  from known_resident as r
  join active_tenancy as t using (as_of, landlord, tenancy_no)
),
granted as (
  select r.row_no, max(a.decided_on) as event_on,
    arg_max(a.kind, (a.decided_on, a.application_no)) as code,
    list_slice(list('benefit_applications:' || a.application_no order by a.decided_on desc, a.application_no), 1, 12) as facts
  from known_benefit_applications as a
  join resident as r using (as_of, person_id)
  where a.applied_on < a.as_of and a.decided_on < a.as_of and a.outcome = 'granted'
    and a.decided_on >= a.as_of - interval 12 month
  group by r.row_no
),
benefit as (
  select b.row_no, any_value(s.now_dkk) as now_dkk, any_value(s.at_6_dkk) as at_6_dkk,
    any_value(t.monthly_rent_dkk) as rent_dkk,
    list_slice(list(
      'benefits:' || b.person_id || '/' || b.kind || '/' || b.valid_from order by b.valid_from desc, b.kind, b.person_id
    ), 1, 12) as facts
  from resident_benefit as b
  join benefit_total as s using (row_no)
  join active_tenancy as t using (row_no)
  where b.monthly_dkk > 0 and (b.valid_to is null or b.valid_to >= b.as_of - interval 6 month)
  group by b.row_no
)
select row_no, 'no_notice' as evidence, null::date as event_on, null::decimal(12, 2) as amount_dkk,
  null::integer as event_count, null::varchar as code, facts
from quiet
union all
select row_no, 'settled_case', event_on, null, null, code, facts from settled
union all
select row_no, 'agreement', event_on, null, null, code, facts from contact where outcome = 'agreed'
union all
select row_no, 'long_tenancy', moved_in_on, null, cast(date_part('year', age(as_of, moved_in_on)) as integer), null,
  ['tenancies:' || landlord || '/' || tenancy_no]
from active_tenancy
where moved_in_on <= as_of - interval 5 year
union all
select row_no, 'application_granted', event_on, null, null, code, facts from granted
union all
select row_no, 'benefit_rise', null, cast(now_dkk - at_6_dkk as decimal(12, 2)), null, null, facts
from benefit
where at_6_dkk > 0 and now_dkk - at_6_dkk >= 100
union all
select row_no, 'rent_covered', null, cast(rent_dkk as decimal(12, 2)), cast(round(100 * rent_dkk / now_dkk) as integer), null, facts
from benefit
where now_dkk > 0 and rent_dkk / now_dkk <= 0.35
