-- one row: a posting that an evidence of a tenancy's account cites
-- why: each reason names the postings it rests on; found once, by the days that the evidence is about
-- steps: wanted = the days each evidence is about, and which kind of posting (null: any): debits since the oldest
--   unpaid, rents paid late in 12 months, payments and what was to be paid (rents less housing benefit that the landlord
--   got, and other corrections), what was charged in the months that ended with rent unpaid, fees,
--   what moved the arrears in 3 months, and the rents of the last 24 months
with paid as (
  select
    d.row_no,
    d.on_day,
    t.as_of,
    d.paid_dkk < case when d.month_due_dkk > 0 then d.month_due_dkk else t.monthly_rent_dkk end and d.balance_dkk > 0
      and d.on_day >= t.as_of - interval 12 month as is_partial
  from ledger_day as d
  join active_tenancy as t using (row_no)
  where d.paid_dkk > 0 and not d.is_opening
),
lately as (
  select d.row_no, d.on_day, d.debit_dkk > 0 as has_debit, d.credit_dkk > 0 as has_credit, d.rent_dkk > 0 as has_rent,
    d.adjustment_dkk <> 0 as is_adjusted
  from ledger_day as d
  join active_tenancy as t using (row_no)
  where not d.is_opening and d.on_day >= cast(t.as_of - interval 3 month as date)
),
wanted as (
  select d.row_no, 'arrears_balance' as evidence, d.on_day, true as is_debit, null::varchar as kind
  from ledger_day as d
  join balance_now as b using (row_no)
  where b.balance_dkk > 0 and d.on_day >= b.oldest_due_on and d.debit_dkk > 0
  union all
  select row_no, 'late_payments', due_on, true, 'charge'
  from ledger_rent
  where late_days > 7 and due_on >= as_of - interval 12 month
  union all
  select row_no, unnest(['no_payment_since', 'account_clear']), max(on_day), false, 'payment' from paid group by row_no
  union all
  select row_no, 'partial_payment', max(on_day), false, 'payment' from paid where is_partial group by row_no
  union all
  select row_no, unnest(['last_payment', 'paid_in_full']), on_day, false, 'payment'
  from paid
  where on_day >= as_of - interval 3 month
  union all
  select row_no, unnest(['last_payment', 'paid_in_full']), on_day, true, 'charge' from lately where has_rent
  union all
  select l.row_no, unnest(['last_payment', 'paid_in_full']), l.on_day, sign.is_debit, 'adjustment'
  from lately as l
  cross join (values (true), (false)) as sign(is_debit)
  where l.is_adjusted
  union all
  select d.row_no, 'repeated_arrears', d.on_day, true, 'charge'
  from ledger_day as d
  join account_month as m
    on m.row_no = d.row_no and m.is_behind and m.told_by = 'ledger'
    and d.on_day >= date_trunc('month', m.ended_on) and d.on_day <= m.ended_on
  where d.rent_dkk > 0 and not d.is_opening
  union all
  select row_no, unnest(['paid_on_time', 'steady_account']), due_on, true, 'charge'
  from ledger_rent
  where covered_on is not null
  union all
  select d.row_no, 'reminder_fees', d.on_day, true, 'fee'
  from ledger_day as d
  join active_tenancy as t using (row_no)
  where d.fee_dkk > 0 and not d.is_opening and d.on_day >= t.as_of - interval 12 month
  union all
  select row_no, 'arrears_change', on_day, true, null from lately where has_debit
  union all
  select row_no, 'arrears_falling', on_day, false, null from lately where has_credit
),
posting as (
  select
    t.row_no,
    p.amount_dkk > 0 as is_debit,
    case when p.amount_dkk > 0 then coalesce(p.due_on, p.posted_on) else p.posted_on end as on_day,
    p.kind,
    p.amount_dkk,
    'rent_postings:' || p.landlord || '/' || p.posting_no as fact
  from known_rent_postings as p
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where p.posted_on < p.as_of and p.posted_on >= p.as_of - interval 26 month
)
select w.row_no, w.evidence, w.on_day, p.kind, p.amount_dkk, p.fact
from wanted as w
join posting as p using (row_no, on_day, is_debit)
where w.kind is null or w.kind = p.kind
