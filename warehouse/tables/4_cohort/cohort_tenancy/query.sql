-- one row: a tenancy that was active on an as-of date, its stage then, and whether it is in the cohort
-- why: who is ranked, and how far an eviction had come by what was known
-- steps: the furthest stage that stands: closed (evicted or moved out), court (request, hearing or date set),
--   termination, demand, arrears (a positive balance past due), none; see notice_state for how long each stands.
--   A notice counts on any ground for the stage; the outcome to predict asks for the grounds of its definition.
--   in_cohort = learned from and warned of early, as the settings say. Who is outside still has a row: deadlines and
--   the shares of a landlord or a district are those of the whole town.
with staged as (
  select
    t.*,
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
)
select
  s.as_of,
  s.landlord,
  s.tenancy_no,
  s.person_id,
  s.home_id,
  s.postal_code,
  s.moved_in_on,
  s.stage,
  (len(d.tenures) = 0 or list_contains(d.tenures, s.tenure))
    and (len(d.dwellings) = 0 or s.dwelling is null or list_contains(d.dwellings, s.dwelling))
    and (len(d.landlords) = 0 or list_contains(d.landlords, s.landlord))
    and not list_contains(d.without_stages, s.stage) as in_cohort
from staged as s
cross join cohort_definition as d
