-- one row: an evidence from a tenancy's rent account or its landlord's arrears list
-- why: what a reason about money may say, with the postings or list lines it cites (the newest twelve at most)
with cited as (
  select
    row_no,
    evidence,
    max(on_day) as last_on,
    -sum(amount_dkk) as paid_dkk,
    list_slice(list(fact order by on_day desc, fact), 1, 12) as facts
  from cited_posting
  group by all
),
line as (
  select l.row_no, l.stated_on, l.balance_dkk,
    'arrears:' || t.landlord || '/' || t.tenancy_no || '/' || l.line_stated_on as fact,
    l.balance_dkk > 0 and not coalesce(lag(l.balance_dkk > 0) over (partition by l.row_no order by l.stated_on), false)
      as is_new
  from list_balance as l
  join active_tenancy as t using (row_no)
),
owed as (
  select
    t.row_no,
    'arrears_balance' as evidence,
    b.oldest_due_on as event_on,
    b.balance_dkk as amount_dkk,
    cast(floor(b.balance_dkk / nullif(t.monthly_rent_dkk, 0)) as integer) as event_count,
    null::varchar as code,
    coalesce(c.facts, [l.fact]) as facts
  from active_tenancy as t
  join balance_now as b using (row_no)
  left join cited as c on c.row_no = t.row_no and c.evidence = 'arrears_balance'
  left join line as l on b.told_by = 'list' and l.row_no = t.row_no and l.stated_on = b.stated_on
  where b.balance_dkk > 0
),
late as (
  select row_no, max(due_on) as event_on, cast(count(*) as integer) as event_count
  from ledger_rent
  where late_days > 0 and due_on >= as_of - interval 12 month
  group by row_no
),
spell as (
  select row_no, max(began_on) as event_on, cast(count(*) as integer) as event_count
  from arrears_spell
  group by row_no
)
select * from owed
union all
select c.row_no, c.evidence, c.last_on, cast(c.paid_dkk as decimal(12, 2)), null, null, c.facts
from cited as c
where c.evidence in ('last_payment', 'partial_payment')
union all
select c.row_no, 'no_payment_since', c.last_on, null, cast(date_diff('day', c.last_on, t.as_of) as integer), null, c.facts
from cited as c
join active_tenancy as t using (row_no)
where c.evidence = 'last_payment' and date_diff('day', c.last_on, t.as_of) > 31
union all
select l.row_no, 'late_payments', l.event_on, null, l.event_count, null, c.facts
from late as l
join cited as c on c.row_no = l.row_no and c.evidence = 'late_payments'
union all
select s.row_no, 'repeated_arrears', s.event_on, null, s.event_count, null, coalesce(c.facts, [])
from spell as s
left join cited as c on c.row_no = s.row_no and c.evidence = 'repeated_arrears'
where s.event_count >= 2
union all
select row_no, 'repeated_arrears', max(stated_on), null, cast(count(*) as integer), null,
  list_slice(list(fact order by stated_on desc), 1, 12)
from line
where is_new
group by row_no
having count(*) >= 2
