-- one row: a day with postings on a tenancy's rent account in the 24 months before an as-of date
-- why: the ledger is added up once; balance, lateness, spells and rhythm all read this
-- steps: entry = each known posting on the day it counts: what is owed on its due date, what is credited when posted;
--   older postings are carried in one opening row, the day before the window; day = entries of one day together; month_due = the
--   month's rent less what was credited (housing benefit that the landlord got, and other corrections)
with entry as (
  select
    t.row_no,
    t.as_of - interval 24 month - interval 1 day as opening_day,
    case when p.amount_dkk > 0 then coalesce(p.due_on, p.posted_on) else p.posted_on end as counts_on,
    p.kind,
    p.amount_dkk
  from known_rent_postings as p
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where p.posted_on < p.as_of and (p.amount_dkk <= 0 or p.due_on is null or p.due_on < p.as_of)
),
day as (
  select
    row_no,
    cast(greatest(counts_on, opening_day) as date) as on_day,
    bool_or(counts_on <= opening_day) as is_opening,
    sum(case when amount_dkk > 0 then amount_dkk else 0 end) as debit_dkk,
    -sum(case when amount_dkk < 0 then amount_dkk else 0 end) as credit_dkk,
    sum(case when kind = 'charge' and amount_dkk > 0 then amount_dkk else 0 end) as rent_dkk,
    -sum(case when kind = 'payment' and amount_dkk < 0 then amount_dkk else 0 end) as paid_dkk,
    sum(case when kind = 'fee' then amount_dkk else 0 end) as fee_dkk,
    -sum(case when kind = 'write_off' then amount_dkk else 0 end) as write_off_dkk,
    sum(case when kind = 'adjustment' then amount_dkk else 0 end) as adjustment_dkk
  from entry
  group by all
)
select
  *,
  sum(debit_dkk) over account as debit_to_date_dkk,
  sum(rent_dkk) over account as rent_to_date_dkk,
  sum(credit_dkk) over account as credit_to_date_dkk,
  sum(fee_dkk) over account as fee_to_date_dkk,
  sum(debit_dkk) over account - sum(credit_dkk) over account as balance_dkk,
  sum(rent_dkk + adjustment_dkk) over (partition by row_no, date_trunc('month', on_day)) as month_due_dkk
from day
window account as (partition by row_no order by on_day rows unbounded preceding)
