-- one row: an evidence from the notices, concerns and contacts about a tenancy
-- why: what a reason about warnings may say; demands and dates only while they stand, concerns of neutral senders only;
--   link_confidence is that of the cited fact linked by name and address with the least certainty (1: none was)
with notice as (
  select n.*, 'notices:' || n.source || '/' || n.notice_no as fact, o.open_demand_on, o.open_termination_on, o.open_court_on
  from tenancy_notice as n
  join notice_state as o using (row_no)
),
demand as (
  select
    row_no,
    max(issued_on) as event_on,
    arg_max_null(amount_dkk, (issued_on, fact)) as amount_dkk,
    cast(count(*) as integer) as event_count,
    list_slice(list(fact order by issued_on desc, fact), 1, 12) as facts,
    min(link_confidence) as link_confidence
  from notice
  where kind = 'payment_demand' and issued_on >= as_of - interval 24 month and open_demand_on is not null
  group by row_no
),
filed as (
  select
    row_no,
    kind as evidence,
    max(issued_on) as event_on,
    arg_max_null(amount_dkk, (issued_on, fact)) as amount_dkk,
    cast(count(*) as integer) as event_count,
    -- a case that was settled is told as an earlier one
    case
      when any_value(open_court_on) is not null then 'open'
      when kind = 'termination' and any_value(open_termination_on) is not null then 'open'
      else 'earlier'
    end as code,
    list_slice(list(fact order by issued_on desc, fact), 1, 12) as facts,
    min(link_confidence) as link_confidence
  from notice
  where kind in ('termination', 'court_request') and issued_on >= as_of - interval 24 month
  group by row_no, kind
),
hearing as (
  select row_no, coalesce(hearing_on, deadline_on) as event_on, kind as code, [fact] as facts, link_confidence
  from notice
  where kind in ('court_hearing', 'onsite_scheduled')
    and not is_answered
    and open_court_on is not null
    and coalesce(hearing_on, deadline_on) is not null
  qualify row_number() over (partition by row_no order by issued_on desc, fact) = 1
),
concern as (
  select
    t.row_no,
    max(cast(c.received_at as date)) as event_on,
    arg_max(c.sender, (c.received_at, c.concern_no)) as code,
    cast(count(*) as integer) as event_count,
    list_slice(list('concerns:' || c.concern_no order by c.received_at desc, c.concern_no), 1, 12) as facts,
    min(c.link_confidence) as link_confidence
  from known_concerns as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where c.received_at < c.as_of
    and c.received_at >= c.as_of - interval 6 month
    and c.sender not in ('psychiatry', 'substance_treatment', 'police')
    and c.category not in ('substance_use', 'mental_health', 'discharge')
  group by t.row_no
),
contact as (
  select
    t.row_no,
    max(c.contacted_on) as event_on,
    arg_max_null(c.outcome, (c.contacted_on, c.contact_no)) as code,
    cast(count(*) as integer) as event_count,
    list_slice(list('contacts:' || c.contact_no order by c.contacted_on desc, c.contact_no), 1, 12) as facts,
    min(c.link_confidence) as link_confidence
  from known_contacts as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where c.contacted_on < c.as_of
    and c.contacted_on >= c.as_of - interval 12 month
    and coalesce(c.outcome, '') <> 'wrong_person'
  group by t.row_no
)
select row_no, 'payment_demand' as evidence, event_on, amount_dkk, event_count, null::varchar as code, facts, link_confidence from demand
union all
select row_no, evidence, event_on, amount_dkk, event_count, code, facts, link_confidence from filed
union all
select row_no, 'hearing', event_on, null, null, code, facts, link_confidence from hearing
union all
select row_no, 'concern', event_on, null, event_count, code, facts, link_confidence from concern
union all
select row_no, 'earlier_contact', event_on, null, event_count, code, facts, link_confidence from contact
-- an agreement speaks against a risk (against_other)
where code is distinct from 'agreed'
