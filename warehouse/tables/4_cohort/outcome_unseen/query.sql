-- one row: a past cohort and a landlord whose tenancies' outcomes could not be seen
-- why: "nothing was linked" is no "nothing happened" where nothing could have been linked
-- steps: a landlord is heard where, of notices issued before the window's end, it told one itself (of any kind), it
--   delivered the feed, or one of the outcome's kinds from whatever sender was linked to a tenancy of its own.
--   Who was not heard is either quiet or unseen. It is unseen where, by its number of tenancies and the rate at which
--   the heard landlords have had the outcome, five or more were to be expected: by chance alone a landlord like the
--   others has none in 7 of 1,000 cases (Poisson). A small landlord is never unseen: it may just be quiet. Where the
--   court tells of every landlord's cases, one linked letter is enough to be heard.
--   The whole town is unseen where the feed began only after the window's end, or fell silent before its first day.
with past as (
  select p.as_of, p.as_of + p.horizon_days as window_end from past_date as p
),
arrival as (
  select issued_on as on_day from known_notices
  union all
  select first_known_on from known_notices
  union all
  select delivered_on from known_delivery where feed = 'notices' and status = 'taken'
),
span as (
  select min(on_day) as first_on, max(on_day) as last_on from arrival
),
self_told as (
  select landlord, min(on_day) as heard_on
  from (
    select landlord, issued_on as on_day from known_notices where source = 'landlord' and landlord is not null
    union all
    select sender, delivered_on from known_delivery where feed = 'notices' and status = 'taken'
  )
  group by landlord
),
seen as (
  select p.as_of, n.landlord, count(*) as outcomes
  from past as p
  join outcome_notice as n on n.landlord is not null and n.issued_on < p.window_end
  group by all
),
size as (
  select landlord, count(*) as tenancies from known_tenancies group by landlord
),
told as (
  select
    p.as_of,
    z.landlord,
    z.tenancies,
    coalesce(s.outcomes, 0) as outcomes,
    s.outcomes is not null or coalesce(t.heard_on < p.window_end, false) as is_heard
  from past as p
  cross join size as z
  left join seen as s on s.as_of = p.as_of and s.landlord = z.landlord
  left join self_told as t on t.landlord = z.landlord
),
rate as (
  select as_of, sum(outcomes) / sum(tenancies) as per_tenancy from told where is_heard group by as_of
)
select t.as_of, t.landlord
from told as t
join past as p on p.as_of = t.as_of
cross join span as f
left join rate as r on r.as_of = t.as_of
where (not t.is_heard and t.tenancies * r.per_tenancy >= 5)
  or f.first_on is null
  or f.first_on >= p.window_end
  or f.last_on < p.as_of
