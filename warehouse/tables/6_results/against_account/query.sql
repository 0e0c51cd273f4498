-- one row: an evidence from a tenancy's rent account that speaks against a risk
-- why: a caseworker must see what speaks for the tenant too, with the postings it cites (the newest twelve at most)
-- steps: settled = accounts that owe less than a quarter of a rent: what is owed besides the rents (a fee, a balance
--   carried over) would make "paid on time" sound untrue; decided = rents paid, or overdue for more than a week;
--   streak = the newest of them that were paid in time; month = the account's known month ends of two years, none of them behind
with cited as (
  select
    row_no,
    evidence,
    max(on_day) as last_on,
    -sum(case when kind = 'payment' then amount_dkk else 0 end) as paid_dkk,
    sum(case when kind in ('charge', 'adjustment') then amount_dkk else 0 end) as due_dkk,
    list_slice(list(fact order by on_day desc, fact), 1, 12) as facts
  from cited_posting
  group by all
),
settled as (
  select b.row_no
  from balance_now as b
  join active_tenancy as t using (row_no)
  where b.told_by = 'ledger' and (b.balance_dkk <= 0 or b.balance_dkk * 4 < t.monthly_rent_dkk)
),
decided as (
  select *, sum(case when late_days > 7 then 1 else 0 end) over newest_first as late_since
  from ledger_rent
  where covered_on is not null or late_days > 7
  window newest_first as (partition by row_no order by due_on desc rows unbounded preceding)
),
streak as (
  select row_no, max(due_on) as event_on, min(due_on) as first_on, cast(count(*) as integer) as event_count,
    case when max(late_days) = 0 then 'on_time' else 'within_week' end as code
  from decided
  where late_since = 0
  group by row_no
  having count(*) >= 6
),
streak_fact as (
  select s.row_no, list_slice(list(p.fact order by p.on_day desc, p.fact), 1, 12) as facts
  from streak as s
  join settled using (row_no)
  join cited_posting as p on p.row_no = s.row_no and p.evidence = 'paid_on_time' and p.on_day between s.first_on and s.event_on
  group by s.row_no
),
month as (
  select row_no, cast(count(*) as integer) as event_count
  from account_month
  where told_by = 'ledger'
  group by row_no
  having count(*) >= 12 and not bool_or(is_behind)
),
line as (
  select l.row_no, l.stated_on, 'arrears:' || t.landlord || '/' || t.tenancy_no || '/' || l.line_stated_on as fact
  from list_balance as l
  join active_tenancy as t using (row_no)
  where l.line_stated_on is not null
  qualify row_number() over (partition by l.row_no order by l.stated_on desc) = 1 and l.payment_plan
)
select c.row_no, c.evidence, c.last_on as event_on,
  cast(nullif(-b.balance_dkk, 0) as decimal(12, 2)) as amount_dkk, null::integer as event_count, null::varchar as code, c.facts
from cited as c
join balance_now as b on b.row_no = c.row_no and b.told_by = 'ledger' and b.balance_dkk <= 0
where c.evidence = 'account_clear'
union all
select row_no, evidence, null, cast(paid_dkk as decimal(12, 2)), null, null, facts
from cited
where evidence = 'paid_in_full' and due_dkk > 0 and paid_dkk >= due_dkk
union all
select s.row_no, 'paid_on_time', s.event_on, null, s.event_count, s.code, f.facts
from streak as s
join streak_fact as f using (row_no)
union all
select m.row_no, 'steady_account', null, null, m.event_count, null, c.facts
from month as m
join settled using (row_no)
join cited as c on c.row_no = m.row_no and c.evidence = 'steady_account'
union all
select m.row_no, 'arrears_falling', null, -m.risen_dkk, null, null, coalesce(case when m.told_by = 'list' then m.list_facts else c.facts end, [])
from arrears_moved as m
left join cited as c on c.row_no = m.row_no and c.evidence = 'arrears_falling'
where m.risen_dkk < 0
union all
select row_no, 'listed_payment_plan', stated_on, null, null, null, [fact] from line
