-- one row: a tenancy on an as-of date: sanctions decided against those who live there
-- why: a sanction takes the rent's money a month later
with counted as (
  select
    t.row_no,
    count(case when x.decided_on >= t.as_of - interval 60 day then 1 end) as last_60,
    count(case when x.decided_on >= t.as_of - interval 6 month then 1 end) as last_6,
    count(case when x.decided_on >= t.as_of - interval 12 month then 1 end) as last_12,
    count(case when x.kind = 'cessation' and x.decided_on >= t.as_of - interval 12 month then 1 end) as ceased_12,
    count(case when x.kind = 'deduction' and x.decided_on >= t.as_of - interval 12 month then 1 end) as deducted_12,
    count(case when x.kind = 'warning' and x.decided_on >= t.as_of - interval 12 month then 1 end) as warned_12,
    sum(case when x.decided_on >= t.as_of - interval 3 month then x.amount_dkk end) as amount_3_dkk,
    max(x.decided_on) as decided_on
  from known_sanctions as x
  join known_resident as r using (as_of, person_id)
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where x.decided_on < x.as_of
  group by t.row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(c.last_60, 0) as sanctions_60_days_count,
  coalesce(c.last_6, 0) as sanctions_6_months_count,
  coalesce(c.last_12, 0) as sanctions_12_months_count,
  coalesce(c.ceased_12, 0) as cessations_12_months_count,
  coalesce(c.deducted_12, 0) as deductions_12_months_count,
  coalesce(c.warned_12, 0) as sanction_warnings_12_months_count,
  cast(coalesce(c.amount_3_dkk, 0) as double) as sanctioned_3_months_dkk,
  cast(coalesce(c.amount_3_dkk, 0) as double) / nullif(t.monthly_rent_dkk, 0) as sanctioned_3_months_rents_count,
  date_diff('day', c.decided_on, t.as_of) as since_sanction_days
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.sanctions
left join counted as c on c.row_no = t.row_no
