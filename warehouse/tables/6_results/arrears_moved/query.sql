-- one row: a tenancy whose arrears differ from those three months earlier by at least a quarter of a rent
-- why: growing arrears are a reason, and arrears being paid off speak against one
-- steps: owed = the arrears now and then; then = the same day of the month, three months back; the lines of a list
--   between them are what it rests on
with owed as (
  select
    b.row_no,
    t.as_of,
    t.monthly_rent_dkk,
    b.told_by,
    greatest(b.balance_dkk, 0) - greatest(h.balance_dkk, 0) as risen_dkk
  from balance_now as b
  join active_tenancy as t using (row_no)
  join balance_history as h on h.row_no = b.row_no and h.months_ago = 3
  where b.balance_dkk is not null and h.balance_dkk is not null
),
line as (
  select l.row_no, list('arrears:' || t.landlord || '/' || t.tenancy_no || '/' || l.line_stated_on order by l.stated_on desc)
      filter (where l.line_stated_on is not null) as list_facts
  from list_balance as l
  join active_tenancy as t using (row_no)
  where l.stated_on >= t.as_of - interval 3 month - interval 45 day
  group by l.row_no
)
select o.row_no, o.told_by, cast(o.risen_dkk as decimal(12, 2)) as risen_dkk, l.list_facts
from owed as o
left join line as l using (row_no)
where abs(o.risen_dkk) * 4 >= o.monthly_rent_dkk and o.risen_dkk <> 0
