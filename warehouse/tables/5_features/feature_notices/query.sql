-- one row: a tenancy on an as-of date: the notices it had before
-- why: who was warned before is warned again; a demand that stands is a clock
with counted as (
  select
    row_no,
    count(case when kind = 'payment_demand' and issued_on >= as_of - interval 6 month then 1 end) as demands_6,
    count(case when kind = 'payment_demand' and issued_on >= as_of - interval 12 month then 1 end) as demands_12,
    count(case when kind = 'payment_demand' and issued_on >= as_of - interval 24 month then 1 end) as demands_24,
    max(case when kind = 'payment_demand' then issued_on end) as demand_on,
    arg_max(case when kind = 'payment_demand' then amount_dkk end, (issued_on, source, notice_no)) as demand_dkk,
    count(case when kind = 'termination' and issued_on >= as_of - interval 24 month then 1 end) as terminations_24,
    count(case when kind = 'termination' then 1 end) as terminations,
    max(case when kind = 'termination' then issued_on end) as termination_on,
    count(case when kind = 'court_request' and issued_on >= as_of - interval 24 month then 1 end) as court_24,
    count(case when kind in ('court_request', 'court_hearing', 'onsite_scheduled') then 1 end) as court,
    max(case when kind in ('court_request', 'court_hearing', 'onsite_scheduled') then issued_on end) as court_on,
    count(case when kind = 'onsite_scheduled' then 1 end) as onsite,
    count(case when kind = 'withdrawn' and issued_on >= as_of - interval 24 month then 1 end) as withdrawn_24,
    count(case when kind in ('settled', 'paid') and issued_on >= as_of - interval 24 month then 1 end) as settled_24
  from tenancy_notice
  group by row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  case when s.landlord_notices then coalesce(c.demands_6, 0) end as demands_6_months_count,
  case when s.landlord_notices then coalesce(c.demands_12, 0) end as demands_12_months_count,
  case when s.landlord_notices then coalesce(c.demands_24, 0) end as demands_24_months_count,
  case when s.landlord_notices then cast(o.open_demand_on is not null as integer) end as open_demand_flag,
  date_diff('day', o.open_demand_on, t.as_of) as open_demand_days,
  date_diff('day', c.demand_on, t.as_of) as since_demand_days,
  cast(c.demand_dkk as double) / nullif(t.monthly_rent_dkk, 0) as last_demand_rents_count,
  case when s.landlord_notices then coalesce(c.terminations_24, 0) end as terminations_24_months_count,
  case when s.landlord_notices then coalesce(c.terminations, 0) end as terminations_ever_count,
  date_diff('day', c.termination_on, t.as_of) as since_termination_days,
  case when s.landlord_notices then cast(o.open_termination_on is not null as integer) end as open_termination_flag,
  coalesce(c.court_24, 0) as court_requests_24_months_count,
  coalesce(c.court, 0) as court_notices_ever_count,
  date_diff('day', c.court_on, t.as_of) as since_court_days,
  cast(o.open_court_on is not null as integer) as open_court_flag,
  coalesce(c.onsite, 0) as onsite_dates_ever_count,
  coalesce(c.withdrawn_24, 0) as withdrawn_24_months_count,
  coalesce(c.settled_24, 0) as settled_24_months_count
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.notices
left join counted as c on c.row_no = t.row_no
left join notice_state as o on o.row_no = t.row_no
