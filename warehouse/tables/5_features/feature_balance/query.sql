-- one row: a tenancy on an as-of date: what it owed and how that moved
-- why: the amount owed and its trend rank most of the risk; from the ledger or the landlord's arrears list
-- steps: past = the balance at months back, side by side (the course, not only its change); ended = month ends at which
--   at least a quarter of a rent was owed, as the reason about them counts; months owed are in rents of the tenancy
with past as (
  select
    row_no,
    max(case when months_ago = 1 then balance_dkk end) as at_1_dkk,
    max(case when months_ago = 2 then balance_dkk end) as at_2_dkk,
    max(case when months_ago = 3 then balance_dkk end) as at_3_dkk,
    max(case when months_ago = 4 then balance_dkk end) as at_4_dkk,
    max(case when months_ago = 5 then balance_dkk end) as at_5_dkk,
    max(case when months_ago = 6 then balance_dkk end) as at_6_dkk,
    max(case when months_ago = 9 then balance_dkk end) as at_9_dkk,
    max(case when months_ago = 12 then balance_dkk end) as at_12_dkk,
    max(case when months_ago <= 12 then greatest(balance_dkk, 0) end) as max_12_dkk,
    count(case when months_ago < 6 and balance_dkk > 0 then 1 end) as behind_6,
    count(case when months_ago < 12 and balance_dkk > 0 then 1 end) as behind_12,
    count(case when months_ago < 24 and balance_dkk > 0 then 1 end) as behind_24,
    count(case when months_ago < 3 and balance_dkk > 0 then 1 end) as behind_3
  from balance_history
  group by row_no
),
ended as (
  select row_no, count(case when is_behind then 1 end) as behind_24
  from account_month
  group by row_no
),
owed as (
  select
    t.*,
    b.told_by,
    b.oldest_due_on,
    -- greatest() skips nulls: an unknown balance must stay unknown
    case when b.balance_dkk is not null then cast(greatest(b.balance_dkk, 0) as double) end as arrears_dkk,
    case when b.balance_dkk is not null then cast(greatest(-b.balance_dkk, 0) as double) end as credit_dkk,
    cast(b.balance_dkk as double) as balance_dkk,
    cast(nullif(t.monthly_rent_dkk, 0) as double) as rent_dkk
  from active_tenancy as t
  join balance_now as b using (row_no)
),
plan as (
  select row_no, reminders, payment_plan
  from list_balance
  qualify row_number() over (partition by row_no order by stated_on desc) = 1
)
select
  o.as_of,
  o.landlord,
  o.tenancy_no,
  o.arrears_dkk,
  o.arrears_dkk / o.rent_dkk as months_owed_count,
  o.credit_dkk,
  case
    when o.told_by is null then null
    when o.arrears_dkk = 0 then 0
    else date_diff('day', o.oldest_due_on, o.as_of)
  end as oldest_due_days,
  o.balance_dkk - p.at_1_dkk as change_1_month_dkk,
  o.balance_dkk - p.at_3_dkk as change_3_months_dkk,
  o.balance_dkk - p.at_6_dkk as change_6_months_dkk,
  o.balance_dkk - p.at_12_dkk as change_12_months_dkk,
  (o.balance_dkk - p.at_3_dkk) / o.rent_dkk as change_3_months_rents_count,
  cast(p.max_12_dkk as double) as max_arrears_12_months_dkk,
  p.max_12_dkk / o.rent_dkk as max_months_owed_12_months_count,
  p.at_1_dkk / o.rent_dkk as balance_1_month_ago_rents_count,
  p.at_2_dkk / o.rent_dkk as balance_2_months_ago_rents_count,
  p.at_3_dkk / o.rent_dkk as balance_3_months_ago_rents_count,
  p.at_4_dkk / o.rent_dkk as balance_4_months_ago_rents_count,
  p.at_5_dkk / o.rent_dkk as balance_5_months_ago_rents_count,
  p.at_6_dkk / o.rent_dkk as balance_6_months_ago_rents_count,
  p.at_9_dkk / o.rent_dkk as balance_9_months_ago_rents_count,
  p.at_12_dkk / o.rent_dkk as balance_12_months_ago_rents_count,
  case when o.told_by is not null then p.behind_3 end as months_behind_3_months_count,
  case when o.told_by is not null then p.behind_6 end as months_behind_6_months_count,
  case when o.told_by is not null then p.behind_12 end as months_behind_12_months_count,
  case when o.told_by is not null then p.behind_24 end as months_behind_24_months_count,
  case when o.told_by is not null then coalesce(e.behind_24, 0) end as month_ends_behind_24_months_count,
  l.reminders as list_reminders_count,
  cast(l.payment_plan as integer) as list_payment_plan_flag
from owed as o
left join past as p using (row_no)
left join ended as e using (row_no)
left join plan as l using (row_no)
