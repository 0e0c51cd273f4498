-- one row: an active tenancy and one of the 24 months up to the day before an as-of date, from the month it moved in
-- why: whoever opens a case sees how the account went, month by month, also of a tenancy that is not listed
-- steps: mark = the months; heard = since when a landlord's ledger is known: before it nothing is known, after it a
--   tenancy without a posting owed nothing; due = whatever was to be paid (rents, fees, corrections; a payment that was
--   taken back is due again), so that a balance moves by what was due less what was paid and what was written off;
--   a landlord's list tells the balance alone
with mark as (
  select
    row_no,
    as_of,
    landlord,
    tenancy_no,
    monthly_rent_dkk,
    cast(date_trunc('month', as_of - 1) - to_months(cast(back as integer)) as date) as month,
    cast(date_trunc('month', as_of - 1) - to_months(cast(back as integer)) + interval 1 month as date) as after_on
  from active_tenancy
  cross join range(0, 24) as step(back)
  where moved_in_on < date_trunc('month', as_of - 1) - to_months(cast(back as integer)) + interval 1 month
),
heard as (
  select t.as_of, t.landlord, min(d.on_day) as first_on
  from ledger_day as d
  join active_tenancy as t using (row_no)
  group by all
),
moved as (
  select
    row_no,
    cast(date_trunc('month', on_day) as date) as month,
    sum(debit_dkk - credit_dkk + paid_dkk + write_off_dkk) as due_dkk,
    sum(paid_dkk) as paid_dkk,
    sum(rent_dkk) as rent_dkk
  from ledger_day
  where not is_opening
  group by all
),
ledger as (
  select
    m.row_no,
    m.month,
    coalesce(v.due_dkk, 0) as due_dkk,
    coalesce(v.paid_dkk, 0) as paid_dkk,
    coalesce(d.balance_dkk, 0) as balance_dkk,
    v.rent_dkk
  from (
    select mark.*
    from mark
    join row_source as s on s.row_no = mark.row_no and s.ledger
    join heard as h on h.as_of = mark.as_of and h.landlord = mark.landlord and h.first_on < mark.after_on
  ) as m
  asof left join ledger_day as d on d.row_no = m.row_no and d.on_day < m.after_on
  left join moved as v on v.row_no = m.row_no and v.month = m.month
),
listed as (
  select row_no, cast(date_trunc('month', stated_on) as date) as month, max_by(balance_dkk, stated_on) as balance_dkk
  from list_balance
  group by all
)
select
  m.as_of,
  m.landlord,
  m.tenancy_no,
  m.month,
  cast(l.due_dkk as decimal(12, 2)) as due_dkk,
  cast(l.paid_dkk as decimal(12, 2)) as paid_dkk,
  cast(coalesce(l.balance_dkk, s.balance_dkk) as decimal(12, 2)) as balance_dkk,
  cast(coalesce(nullif(l.rent_dkk, 0), m.monthly_rent_dkk) as decimal(12, 2)) as rent_dkk
from mark as m
left join ledger as l on l.row_no = m.row_no and l.month = m.month
left join listed as s on s.row_no = m.row_no and s.month = m.month
