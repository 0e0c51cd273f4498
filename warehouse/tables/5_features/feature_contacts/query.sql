-- one row: a tenancy on an as-of date: how the team tried to reach it before, and what came of it
-- why: who was not reached is still at risk; what was agreed may hold
with tried as (
  select t.row_no, c.as_of, c.contacted_on, c.reached, c.intervention, c.outcome
  from known_contacts as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where c.contacted_on < c.as_of and coalesce(c.outcome, '') <> 'wrong_person'
),
counted as (
  select
    row_no,
    count(case when contacted_on >= as_of - interval 12 month then 1 end) as contacts_12,
    count(case when reached and contacted_on >= as_of - interval 12 month then 1 end) as reached_12,
    count(case when not reached and contacted_on >= as_of - interval 12 month then 1 end) as missed_12,
    count(case when outcome = 'agreed' and contacted_on >= as_of - interval 12 month then 1 end) as agreed_12,
    count(case when outcome = 'declined' and contacted_on >= as_of - interval 12 month then 1 end) as declined_12,
    count(case
      when intervention = 'payment_plan' and contacted_on >= as_of - interval 12 month then 1
    end) as plans_12,
    max(contacted_on) as contacted_on,
    max(case when reached then contacted_on end) as reached_on
  from tried
  group by row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(c.contacts_12, 0) as contacts_12_months_count,
  coalesce(c.reached_12, 0) as contacts_reached_12_months_count,
  coalesce(c.missed_12, 0) as contacts_not_reached_12_months_count,
  coalesce(c.agreed_12, 0) as contacts_agreed_12_months_count,
  coalesce(c.declined_12, 0) as contacts_declined_12_months_count,
  coalesce(c.plans_12, 0) as payment_plans_12_months_count,
  date_diff('day', c.contacted_on, t.as_of) as since_contact_days,
  date_diff('day', c.reached_on, t.as_of) as since_reached_days
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.contacts
left join counted as c on c.row_no = t.row_no
