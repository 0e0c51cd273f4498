-- one row: an active tenancy on an as-of date and what it owed then, past due
-- why: one answer for stage, features and reasons; from the ledger, else from the landlord's arrears list
-- steps: total = the account's balance; oldest = the first debit not covered when credits cover the oldest first
with total as (
  select row_no, sum(debit_dkk - credit_dkk) as balance_dkk, sum(credit_dkk) as credit_dkk
  from ledger_day
  group by row_no
),
oldest as (
  -- what was owed before the 24 months is one opening row without a due date of its own
  select d.row_no, min(case when not d.is_opening then d.on_day end) as oldest_due_on,
    bool_or(d.is_opening) as is_older_than_window
  from ledger_day as d
  join total as t using (row_no)
  where t.balance_dkk > 0 and d.debit_dkk > 0 and d.debit_to_date_dkk > t.credit_dkk
  group by d.row_no
),
listed as (
  select row_no, balance_dkk, oldest_due_on, stated_on
  from list_balance
  qualify row_number() over (partition by row_no order by stated_on desc) = 1
)
select
  a.row_no,
  case when s.ledger then 'ledger' when s.arrears_list then 'list' end as told_by,
  cast(case when s.ledger then coalesce(t.balance_dkk, 0) else l.balance_dkk end as decimal(12, 2)) as balance_dkk,
  case when s.ledger then case when not o.is_older_than_window then o.oldest_due_on end else l.oldest_due_on end
    as oldest_due_on,
  case when s.ledger then cast(a.as_of - interval 1 day as date) else l.stated_on end as stated_on
from active_tenancy as a
join row_source as s using (row_no)
left join total as t using (row_no)
left join oldest as o using (row_no)
left join listed as l using (row_no)
