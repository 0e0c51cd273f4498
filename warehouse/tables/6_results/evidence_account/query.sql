-- one row: an evidence from a tenancy's rent account or its landlord's arrears list that speaks for a risk
-- why: what a reason about money may say, with the postings or list lines it cites (the newest twelve at most)
-- steps: behind = month ends with at least a quarter of a rent owed; paid_share = what was paid of what was to be paid in three months
with cited as (
  select
    row_no,
    evidence,
    max(on_day) as last_on,
    max(case when kind = 'payment' then on_day end) as paid_on,
    abs(sum(amount_dkk)) as total_dkk,
    -sum(case when kind = 'payment' then amount_dkk else 0 end) as paid_dkk,
    sum(case when kind in ('charge', 'adjustment') then amount_dkk else 0 end) as due_dkk,
    cast(count(*) as integer) as postings,
    list_slice(list(fact order by on_day desc, fact), 1, 12) as facts
  from cited_posting
  group by all
),
line as (
  select l.row_no, l.stated_on, 'arrears:' || t.landlord || '/' || t.tenancy_no || '/' || l.line_stated_on as fact
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
  where late_days > 7 and due_on >= as_of - interval 12 month
  group by row_no
),
behind as (
  select m.row_no, any_value(m.told_by) as code, max(m.ended_on) as event_on, cast(count(*) as integer) as event_count,
    list_slice(list(l.fact order by l.stated_on desc) filter (where l.fact is not null), 1, 12) as list_facts
  from account_month as m
  left join line as l on m.told_by = 'list' and l.row_no = m.row_no and l.stated_on = m.ended_on
  where m.is_behind
  group by m.row_no
  having count(*) >= 2
)
select * from owed
union all
select row_no, evidence, last_on, cast(total_dkk as decimal(12, 2)), null, null, facts
from cited
where evidence = 'partial_payment'
union all
select row_no, evidence, paid_on, cast(paid_dkk as decimal(12, 2)), cast(floor(100 * paid_dkk / due_dkk) as integer),
  null, facts
from cited
where evidence = 'last_payment' and due_dkk > 0 and paid_dkk < due_dkk
union all
select row_no, evidence, last_on, cast(total_dkk as decimal(12, 2)), postings, null, facts
from cited
where evidence = 'reminder_fees'
union all
select c.row_no, c.evidence, c.last_on, null, cast(date_diff('day', c.last_on, t.as_of) as integer), null, c.facts
from cited as c
join active_tenancy as t using (row_no)
where c.evidence = 'no_payment_since' and date_diff('day', c.last_on, t.as_of) > 31
union all
select l.row_no, 'late_payments', l.event_on, null, l.event_count, null, c.facts
from late as l
join cited as c on c.row_no = l.row_no and c.evidence = 'late_payments'
union all
select b.row_no, 'repeated_arrears', b.event_on, null, b.event_count, b.code,
  coalesce(case when b.code = 'list' then b.list_facts else c.facts end, [])
from behind as b
left join cited as c on c.row_no = b.row_no and c.evidence = 'repeated_arrears'
union all
select m.row_no, 'arrears_change', null, m.risen_dkk, null, null, coalesce(case when m.told_by = 'list' then m.list_facts else c.facts end, [])
from arrears_moved as m
left join cited as c on c.row_no = m.row_no and c.evidence = 'arrears_change'
where m.risen_dkk > 0
