-- one row: a day on which a landlord stated its arrears, and what a tenancy owed then
-- why: a landlord that sends a list in place of its ledger; a tenancy that the list does not name owed nothing
-- steps: stated = the landlord's list days; a landlord's estates may state on different days of the same fortnight
with stated as (
  select distinct as_of, landlord, stated_on
  from known_arrears
  where stated_on < as_of and stated_on >= as_of - interval 25 month
),
list_day as (
  select
    as_of,
    landlord,
    date_trunc('month', stated_on) as list_month,
    max(stated_on) as stated_on
  from stated
  group by all
),
line as (
  select
    as_of,
    landlord,
    tenancy_no,
    date_trunc('month', stated_on) as list_month,
    arg_max(arrears_dkk, stated_on) as arrears_dkk,
    arg_max_null(oldest_due_on, stated_on) as oldest_due_on,
    arg_max_null(reminders, stated_on) as reminders,
    arg_max_null(payment_plan, stated_on) as payment_plan,
    max(stated_on) as line_stated_on
  from known_arrears
  where stated_on < as_of and stated_on >= as_of - interval 25 month
  group by all
)
select
  t.row_no,
  d.stated_on,
  coalesce(l.arrears_dkk, 0) as balance_dkk,
  l.oldest_due_on,
  coalesce(l.reminders, 0) as reminders,
  coalesce(l.payment_plan, false) as payment_plan,
  l.line_stated_on
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.arrears_list and not s.ledger
join list_day as d on d.as_of = t.as_of and d.landlord = t.landlord
left join line as l
  on l.as_of = t.as_of
  and l.landlord = t.landlord
  and l.tenancy_no = t.tenancy_no
  and l.list_month = d.list_month
