-- one row: a fee, a debt written off, or a payment plan first named on a list, of an active tenancy
-- why: what its months do not tell by themselves
with posting as (
  select
    t.row_no,
    p.as_of,
    case when p.amount_dkk > 0 then coalesce(p.due_on, p.posted_on) else p.posted_on end as happened_on,
    p.known_on,
    p.kind,
    abs(p.amount_dkk) as amount_dkk,
    p.landlord,
    'rent_postings:' || p.landlord || '/' || p.posting_no as fact
  from known_rent_postings as p
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where p.posted_on < p.as_of and ((p.kind = 'fee' and p.amount_dkk > 0) or (p.kind = 'write_off' and p.amount_dkk < 0))
),
plan as (
  select
    row_no,
    stated_on,
    line_stated_on,
    payment_plan and not coalesce(lag(payment_plan) over (partition by row_no order by stated_on), false) as is_first
  from list_balance
)
select row_no, kind, happened_on, known_on, amount_dkk, 'rent_postings' as source, landlord as sender, fact
from posting
where happened_on < as_of
union all
select
  p.row_no,
  'payment_plan',
  p.stated_on,
  a.known_on,
  null,
  'arrears',
  t.landlord,
  'arrears:' || t.landlord || '/' || t.tenancy_no || '/' || p.line_stated_on
from plan as p
join active_tenancy as t using (row_no)
join known_arrears as a
  on a.as_of = t.as_of
  and a.landlord = t.landlord
  and a.tenancy_no = t.tenancy_no
  and a.stated_on = p.line_stated_on
where p.is_first
