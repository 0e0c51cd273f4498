-- one row: an open deadline of an active tenancy on an as-of date; the earliest is the tenancy's next
-- why: what cannot be undone comes first: demands, terminations, court dates, the duty to act, acute concerns
-- steps: dated = each open notice and its date. A demand without a date has the law's 14 days; a termination takes
--   effect the day it is issued. duty = 14 days from the day a bailiff court's notice or a landlord's court request
--   became known (retssikkerhedsloven § 5 a). acute = an acute concern, to be looked at by the next day, until someone
--   was reached or 14 days went by. A date that has passed is shown only where the tenancy has no later one.
with dated as (
  select n.row_no, n.kind, 'notices:' || n.source || '/' || n.notice_no as fact,
    case
      when n.kind = 'payment_demand' then coalesce(n.deadline_on, n.issued_on + 14)
      when n.kind = 'termination' then coalesce(n.deadline_on, n.issued_on)
      else coalesce(n.hearing_on, n.deadline_on)
    end as deadline_on
  from tenancy_notice as n
  join notice_state as o using (row_no)
  where not n.is_answered
    and not o.is_closed
    and case
      when n.kind = 'payment_demand' then o.open_demand_on is not null and n.issued_on >= n.as_of - interval 182 day
      when n.kind = 'termination' then o.open_termination_on is not null and n.issued_on >= n.as_of - interval 540 day
      when n.kind in ('court_request', 'court_hearing', 'onsite_scheduled')
        then o.open_court_on is not null and n.issued_on >= n.as_of - interval 540 day
      else false
    end
),
duty as (
  select n.row_no, 'duty_to_act_14_days' as kind, 'notices:' || n.source || '/' || n.notice_no as fact,
    n.first_known_on + 14 as deadline_on
  from tenancy_notice as n
  join notice_state as o using (row_no)
  where not n.is_answered
    and not o.is_closed
    and n.issued_on >= n.as_of - interval 540 day
    and (n.kind = 'court_request'
      or (n.source = 'bailiff_court' and n.kind in ('court_hearing', 'onsite_scheduled')))
),
reached as (
  select as_of, landlord, tenancy_no, max(contacted_on) as reached_on
  from known_contacts
  where reached and contacted_on < as_of
  group by all
),
acute as (
  select t.row_no, 'acute_concern' as kind, 'concerns:' || c.concern_no as fact,
    cast(c.received_at as date) + 1 as deadline_on
  from known_concerns as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  left join reached as r using (as_of, landlord, tenancy_no)
  where c.urgency = 'acute'
    and c.received_at < c.as_of
    and c.received_at >= c.as_of - interval 14 day
    and not coalesce(r.reached_on >= cast(c.received_at as date), false)
),
either as (
  select * from dated where deadline_on is not null
  union all
  select * from duty
),
standing as (
  select e.row_no, e.kind, e.fact, e.deadline_on, t.as_of,
    max(e.deadline_on) over (partition by e.row_no) as latest_on
  from either as e
  join active_tenancy as t using (row_no)
),
shown as (
  select row_no, kind, fact, deadline_on from standing where deadline_on >= as_of or latest_on < as_of
  union
  select row_no, kind, fact, deadline_on from acute
)
select t.as_of, t.landlord, t.tenancy_no, s.deadline_on, s.kind, s.fact,
  cast(date_diff('day', t.as_of, s.deadline_on) as integer) as days_left
from shown as s
join active_tenancy as t using (row_no)
