-- one row: a tenancy of a past cohort and what happened in the days [as_of, as_of + horizon)
-- why: what the model learns from and is judged by; past_date holds the cohorts, as_of_date the one later day by which
--   the outcome had to be known, so that outcomes come through the same door as features
-- steps: event = a court request or an executed eviction on the ground of arrears (or without a stated ground);
--   left_on = the home was given up, or the tenant died or left the municipality; helped = reached and given help
with past as (
  select p.as_of, p.as_of + p.horizon_days as window_end, d.as_of as known_before
  from past_date as p
  cross join as_of_date as d
),
event as (
  select p.as_of, n.landlord, n.tenancy_no, min(n.issued_on) as event_on
  from past as p
  join known_notices as n on n.issued_on >= p.as_of and n.issued_on < p.window_end
  where n.kind in ('court_request', 'evicted')
    and coalesce(n.ground, 'arrears') = 'arrears'
    and n.issued_on < p.known_before
  group by all
),
gone as (
  select c.as_of, c.landlord, c.tenancy_no
  from past as p
  join cohort_tenancy as c on c.as_of = p.as_of
  left join known_tenancies as t on t.landlord = c.landlord and t.tenancy_no = c.tenancy_no
  left join known_persons as r on r.person_id = c.person_id
  where (t.moved_out_on >= p.as_of and t.moved_out_on < p.window_end)
    or (r.deceased_on >= p.as_of and r.deceased_on < p.window_end)
    or (r.left_municipality_on >= p.as_of and r.left_municipality_on < p.window_end)
),
helped as (
  select distinct p.as_of, h.landlord, h.tenancy_no
  from past as p
  join known_contacts as h on h.contacted_on >= p.as_of and h.contacted_on < p.window_end
  where h.reached and coalesce(h.outcome, 'agreed') = 'agreed' and coalesce(h.intervention, 'none') <> 'none'
)
select
  c.as_of,
  c.landlord,
  c.tenancy_no,
  case
    when p.window_end > p.known_before then 'not_yet_mature'
    when e.event_on is not null then 'positive'
    when h.as_of is not null then 'treated'
    when g.as_of is not null then 'moved_or_died'
    else 'negative'
  end as label_state,
  e.event_on
from past as p
join cohort_tenancy as c on c.as_of = p.as_of
left join event as e on e.as_of = c.as_of and e.landlord = c.landlord and e.tenancy_no = c.tenancy_no
left join helped as h on h.as_of = c.as_of and h.landlord = c.landlord and h.tenancy_no = c.tenancy_no
left join (select distinct as_of, landlord, tenancy_no from gone) as g
  on g.as_of = c.as_of and g.landlord = c.landlord and g.tenancy_no = c.tenancy_no
