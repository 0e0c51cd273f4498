-- one row: what a tenancy owed on the as-of date and at each of 24 months before it, where that is known
-- why: trends and months in arrears at the same day of the month, so that a night and a month's first compare
-- steps: mark = the days looked at; ledger = the account's last balance before the mark, nothing owed before its first
--   posting; listed = the landlord's last list in the 45 days before the mark
with mark as (
  select row_no, as_of, months_ago, cast(as_of - to_months(cast(months_ago as integer)) as date) as marked_on
  from active_tenancy
  cross join range(0, 25) as step(months_ago)
),
ledger as (
  select m.row_no, m.months_ago, coalesce(d.balance_dkk, 0) as balance_dkk
  from (select m.* from mark as m join row_source as s on s.row_no = m.row_no and s.ledger) as m
  asof left join ledger_day as d on d.row_no = m.row_no and d.on_day < m.marked_on
),
listed as (
  select m.row_no, m.months_ago, l.balance_dkk
  from (
    select m.* from mark as m join row_source as s on s.row_no = m.row_no and s.arrears_list and not s.ledger
  ) as m
  asof join list_balance as l on l.row_no = m.row_no and l.stated_on < m.marked_on
  where l.stated_on >= m.marked_on - interval 45 day
)
select row_no, months_ago, balance_dkk from ledger
union all
select row_no, months_ago, balance_dkk from listed
