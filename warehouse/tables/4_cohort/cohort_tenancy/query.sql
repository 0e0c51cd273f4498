-- one row: a tenancy that was active on an as-of date, and its stage then
-- why: who is ranked, and how far an eviction had come by what was known
-- steps: the furthest stage that stands: closed (evicted or moved out), court (request, hearing or date set),
--   termination, demand, arrears (a positive balance past due), none; see notice_state for how long each stands.
--   A notice counts on any ground for the stage; the outcome to predict asks for the ground of arrears.
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  t.person_id,
  t.home_id,
  t.postal_code,
  t.moved_in_on,
  case
    when coalesce(n.is_closed, false) then 'closed'
    when n.open_court_on is not null then 'court'
    when n.open_termination_on is not null then 'termination'
    when n.open_demand_on is not null then 'demand'
    when coalesce(b.balance_dkk > 0, false) then 'arrears'
    else 'none'
  end as stage
from active_tenancy as t
join balance_now as b using (row_no)
left join notice_state as n using (row_no)
