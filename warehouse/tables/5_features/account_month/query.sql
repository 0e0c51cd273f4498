-- one row: an active tenancy's account at the end of a month (or on a day of its landlord's list) in the last 24 months
-- why: what a caseworker calls being behind again: rent that was still owed when the month was over, not a payment a
--   few days late; at least a quarter of a rent, so that a fee or a rounding is no month behind
with mark as (
  select row_no, cast(date_trunc('month', as_of) - to_months(cast(back as integer)) as date) as after_on
  from active_tenancy
  cross join range(0, 24) as step(back)
),
ledger as (
  select m.row_no, m.after_on - 1 as ended_on, d.balance_dkk, 'ledger' as told_by, null::date as line_stated_on
  from (select m.* from mark as m join row_source as s on s.row_no = m.row_no and s.ledger) as m
  asof join ledger_day as d on d.row_no = m.row_no and d.on_day < m.after_on
),
stated as (
  select * from ledger
  union all
  select l.row_no, l.stated_on, l.balance_dkk, 'list', l.line_stated_on
  from list_balance as l
  join active_tenancy as t using (row_no)
  where l.stated_on >= t.as_of - interval 24 month
)
select s.*, coalesce(s.balance_dkk * 4 >= t.monthly_rent_dkk and s.balance_dkk > 0, false) as is_behind
from stated as s
join active_tenancy as t using (row_no)
