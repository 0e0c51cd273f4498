-- one row: an unbroken time in arrears within the 24 months before an as-of date
-- why: how often a tenancy fell behind, how fast it caught up, and how long it has been behind now
-- steps: turn = days on which the account went into arrears or out of them; a spell lasts until the next turn
with turn as (
  select row_no, on_day, balance_dkk > 0 as is_behind
  from ledger_day
  where (balance_dkk > 0) <> (balance_dkk - debit_dkk + credit_dkk > 0 and not is_opening)
),
spell as (
  select row_no, is_behind, on_day as began_on, lead(on_day) over (partition by row_no order by on_day) as cured_on
  from turn
)
select
  s.row_no,
  t.as_of,
  s.began_on,
  s.cured_on,
  cast(date_diff('day', s.began_on, coalesce(s.cured_on, t.as_of)) as integer) as behind_days
from spell as s
join active_tenancy as t using (row_no)
where s.is_behind
