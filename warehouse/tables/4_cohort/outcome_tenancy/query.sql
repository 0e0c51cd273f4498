-- one row: a tenancy of a past cohort and what happened in the days [as_of, as_of + horizon)
-- why: what the model learns from and is judged by; past_date holds the cohorts, as_of_date the one later day by which
--   the outcome had to be known, so that outcomes come through the same door as features
-- steps: event = the first notice that counts as the outcome; helped = reached and agreed to help, or reached and given
--   help without a word of how it ended; gone = the home was given up, or the tenant died or left the municipality;
--   maybe = a notice that counts as the outcome waits unlinked, and its address is this home's.
--   A window that is not over is not_yet_mature. An event makes a positive, also after help: both days are told, and
--   whoever learns from them decides. Where the outcome cannot be known (see outcome_unseen, and maybe) the row is
--   unlinked, before help or a move explain why nothing was seen. A notice in the queue without this address marks
--   nobody: to call all of a street unlinked for one letter would lose more true answers than it saves.
with past as (
  select p.as_of, p.as_of + p.horizon_days as window_end, d.as_of as known_before
  from past_date as p
  cross join as_of_date as d
),
event as (
  select p.as_of, n.landlord, n.tenancy_no, min(n.issued_on) as event_on
  from past as p
  join outcome_notice as n on n.issued_on >= p.as_of and n.issued_on < p.window_end
  where n.tenancy_no is not null
  group by all
),
maybe as (
  select distinct p.as_of, n.home_id
  from past as p
  join outcome_notice as n on n.issued_on >= p.as_of and n.issued_on < p.window_end
  where n.tenancy_no is null and n.home_id is not null
),
gone as (
  select distinct c.as_of, c.landlord, c.tenancy_no
  from past as p
  join cohort_tenancy as c on c.as_of = p.as_of
  left join known_tenancies as t on t.landlord = c.landlord and t.tenancy_no = c.tenancy_no
  left join known_persons as r on r.person_id = c.person_id
  where (t.moved_out_on >= p.as_of and t.moved_out_on < p.window_end)
    or (r.deceased_on >= p.as_of and r.deceased_on < p.window_end)
    or (r.left_municipality_on >= p.as_of and r.left_municipality_on < p.window_end)
),
helped as (
  select p.as_of, h.landlord, h.tenancy_no, min(h.contacted_on) as helped_on
  from past as p
  join known_contacts as h
    on h.contacted_on >= p.as_of and h.contacted_on < p.window_end and h.contacted_on < p.known_before
  where h.reached
    and coalesce(h.intervention, case when h.outcome = 'agreed' then 'not said' else 'none' end) <> 'none'
    and coalesce(h.outcome, 'agreed') = 'agreed'
  group by all
)
select
  c.as_of,
  c.landlord,
  c.tenancy_no,
  case
    when p.window_end > p.known_before then 'not_yet_mature'
    when e.event_on is not null then 'positive'
    when u.as_of is not null or m.as_of is not null then 'unlinked'
    when h.as_of is not null then 'treated'
    when g.as_of is not null then 'moved_or_died'
    else 'negative'
  end as label_state,
  e.event_on,
  h.helped_on
from past as p
join cohort_tenancy as c on c.as_of = p.as_of and c.in_cohort
left join event as e on e.as_of = c.as_of and e.landlord = c.landlord and e.tenancy_no = c.tenancy_no
left join helped as h on h.as_of = c.as_of and h.landlord = c.landlord and h.tenancy_no = c.tenancy_no
left join gone as g on g.as_of = c.as_of and g.landlord = c.landlord and g.tenancy_no = c.tenancy_no
left join outcome_unseen as u on u.as_of = c.as_of and u.landlord = c.landlord
left join maybe as m on m.as_of = c.as_of and m.home_id = c.home_id
