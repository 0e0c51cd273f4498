-- one row: a rent that fell due in the 24 months before an as-of date, and the day it was covered
-- why: lateness, rents missed and streaks; credits cover the oldest rent first, and rents before fees, so that a tenant
--   who owes a reminder fee is not said to have paid every later rent late
with rent as (
  select row_no, on_day as due_on, rent_dkk, rent_to_date_dkk
  from ledger_day
  where rent_dkk > 0 and not is_opening
),
credit as (
  select row_no, on_day, credit_to_date_dkk from ledger_day where credit_dkk > 0
)
select
  r.row_no,
  t.as_of,
  r.due_on,
  r.rent_dkk,
  c.on_day as covered_on,
  cast(greatest(date_diff('day', r.due_on, coalesce(c.on_day, t.as_of)), 0) as integer) as late_days
from rent as r
join active_tenancy as t using (row_no)
asof left join credit as c on c.row_no = r.row_no and c.credit_to_date_dkk >= r.rent_to_date_dkk
