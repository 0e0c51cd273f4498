-- one row: a landlord on an as-of date: how it used notices in the months before
-- why: landlords enforce differently; the same arrears mean more risk with one than with another
-- steps: rented = its active tenancies; issued = its notices in 24 months; warned = days from the last demand to a
--   termination of the same tenancy
with rented as (
  select as_of, landlord, count(*) as tenancies from active_tenancy group by all
),
issued as (
  select
    as_of,
    landlord,
    count(case when kind = 'payment_demand' and issued_on >= as_of - interval 12 month then 1 end) as demands_12,
    count(case when kind = 'payment_demand' then 1 end) as demands_24,
    count(case when kind = 'termination' and issued_on >= as_of - interval 12 month then 1 end) as terminations_12,
    count(case when kind = 'termination' then 1 end) as terminations_24,
    count(case when kind = 'court_request' and issued_on >= as_of - interval 12 month then 1 end) as court_12,
    count(case when kind = 'court_request' then 1 end) as court_24
  from known_notices
  where issued_on < as_of and issued_on >= as_of - interval 24 month
  group by all
),
demand as (
  select as_of, landlord, tenancy_no, issued_on as demanded_on from known_notices where kind = 'payment_demand'
),
ended as (
  select as_of, landlord, tenancy_no, issued_on
  from known_notices
  where kind = 'termination' and issued_on < as_of and issued_on >= as_of - interval 24 month
),
warned as (
  select e.as_of, e.landlord, median(date_diff('day', d.demanded_on, e.issued_on)) as warned_days
  from ended as e
  asof join demand as d
    on d.as_of = e.as_of
    and d.landlord = e.landlord
    and d.tenancy_no = e.tenancy_no
    and d.demanded_on <= e.issued_on
  group by all
)
select
  r.as_of,
  r.landlord,
  r.tenancies,
  coalesce(i.demands_12, 0) as demands_12,
  coalesce(i.demands_24, 0) as demands_24,
  coalesce(i.terminations_12, 0) as terminations_12,
  coalesce(i.terminations_24, 0) as terminations_24,
  coalesce(i.court_12, 0) as court_12,
  coalesce(i.court_24, 0) as court_24,
  w.warned_days
from rented as r
left join issued as i on i.as_of = r.as_of and i.landlord = r.landlord
left join warned as w on w.as_of = r.as_of and w.landlord = r.landlord
