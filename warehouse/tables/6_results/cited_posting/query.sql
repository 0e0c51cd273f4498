-- one row: a posting that an evidence of a tenancy's account cites
-- why: each reason names the postings it rests on; found once, by the days that the evidence is about
-- steps: wanted = the days each evidence is about: debits since the oldest unpaid, rents paid late in 12 months, the
--   latest payment, the latest partial payment in 12 months, and the debits that began each spell in arrears
with paid as (
  select d.row_no, d.on_day, d.paid_dkk < t.monthly_rent_dkk and d.balance_dkk > 0
      and d.on_day >= t.as_of - interval 12 month as is_partial
  from ledger_day as d
  join active_tenancy as t using (row_no)
  where d.paid_dkk > 0 and not d.is_opening
),
wanted as (
  select d.row_no, 'arrears_balance' as evidence, d.on_day, true as is_debit
  from ledger_day as d
  join balance_now as b using (row_no)
  where b.balance_dkk > 0 and d.on_day >= b.oldest_due_on and d.debit_dkk > 0
  union all
  select row_no, 'late_payments', due_on, true
  from ledger_rent
  where late_days > 0 and due_on >= as_of - interval 12 month
  union all
  select row_no, 'last_payment', max(on_day), false from paid group by row_no
  union all
  select row_no, 'partial_payment', max(on_day), false from paid where is_partial group by row_no
  union all
  select row_no, 'repeated_arrears', began_on, true from arrears_spell
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
where w.evidence in ('arrears_balance', 'repeated_arrears')
  or (w.evidence = 'late_payments' and p.kind = 'charge')
  or (w.evidence in ('last_payment', 'partial_payment') and p.kind = 'payment')
