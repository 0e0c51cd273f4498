-- one row: a tenancy on an as-of date: how its landlord acts, and how common arrears are around it
-- why: whether arrears become a case depends on who is owed
with owing as (
  select
    t.as_of,
    t.landlord,
    avg(cast(b.balance_dkk > 0 as integer)) as behind_share,
    avg(cast(b.balance_dkk > t.monthly_rent_dkk as integer)) as month_behind_share
  from active_tenancy as t
  join balance_now as b using (row_no)
  where b.told_by is not null
  group by all
),
district as (
  select
    t.as_of,
    t.postal_code,
    avg(cast(b.balance_dkk > 0 as integer)) as behind_share,
    avg(cast(n.open_demand_on is not null or n.open_termination_on is not null as integer)) as noticed_share
  from active_tenancy as t
  join balance_now as b using (row_no)
  left join notice_state as n using (row_no)
  where b.told_by is not null
  group by all
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  case when s.landlord_notices then 1000.0 * p.demands_12 / p.tenancies end as landlord_demands_12_months_per_1000,
  case when s.landlord_notices then 1000.0 * p.terminations_12 / p.tenancies end
    as landlord_terminations_12_months_per_1000,
  case when s.landlord_notices then 500.0 * p.terminations_24 / p.tenancies end
    as landlord_terminations_24_months_per_1000,
  case when s.landlord_notices then 1000.0 * p.court_12 / p.tenancies end
    as landlord_court_requests_12_months_per_1000,
  case when s.landlord_notices then p.warned_days end as landlord_demand_to_termination_days,
  case when s.landlord_notices then (p.terminations_24 + 2.0) / (p.demands_24 + 10) end
    as landlord_terminated_of_demanded_share,
  case when s.landlord_notices then (p.court_24 + 2.0) / (p.terminations_24 + 4) end
    as landlord_court_of_terminated_share,
  cast(p.tenancies as double) as landlord_tenancies_count,
  o.behind_share as landlord_in_arrears_share,
  o.month_behind_share as landlord_month_behind_share,
  d.behind_share as district_in_arrears_share,
  case when s.notices then d.noticed_share end as district_noticed_share
from active_tenancy as t
join row_source as s on s.row_no = t.row_no
join landlord_practice as p on p.as_of = t.as_of and p.landlord = t.landlord
left join owing as o on o.as_of = t.as_of and o.landlord = t.landlord
left join district as d on d.as_of = t.as_of and d.postal_code = t.postal_code
