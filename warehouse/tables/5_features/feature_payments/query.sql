-- one row: a tenancy on an as-of date: when and how much was paid
-- why: payments that come later, smaller or no longer say more than the balance alone
-- steps: payment = days with payments, with the gap since the one before; a payment around a month's end counts
--   toward the first it pays for (the 28th is day -3); partial = less than was to be paid in its month, and the account
--   stayed in arrears; spread is the standard deviation from whole sums, so that no order of rows changes it; charged =
--   rents less what was credited (housing benefit that the landlord got, and other corrections)
with payment as (
  select
    d.row_no,
    t.as_of,
    d.on_day,
    d.paid_dkk,
    cast(case when day(d.on_day) > 20 then day(d.on_day) - 31 else day(d.on_day) end as integer) as month_day,
    date_diff('day', lag(d.on_day) over (partition by d.row_no order by d.on_day), d.on_day) as gap_days,
    d.paid_dkk < case when d.month_due_dkk > 0 then d.month_due_dkk else t.monthly_rent_dkk end and d.balance_dkk > 0
      as is_partial
  from ledger_day as d
  join active_tenancy as t using (row_no)
  where d.paid_dkk > 0 and not d.is_opening
),
paid as (
  select
    row_no,
    count(case when on_day >= as_of - interval 3 month then 1 end) as payments_3,
    count(case when on_day >= as_of - interval 12 month then 1 end) as payments_12,
    count(case when is_partial and on_day >= as_of - interval 3 month then 1 end) as partial_3,
    count(case when is_partial and on_day >= as_of - interval 6 month then 1 end) as partial_6,
    count(case when is_partial and on_day >= as_of - interval 12 month then 1 end) as partial_12,
    sum(case when on_day >= as_of - interval 3 month then paid_dkk end) as paid_3_dkk,
    sum(case when on_day >= as_of - interval 6 month then paid_dkk end) as paid_6_dkk,
    sum(case when on_day >= as_of - interval 12 month then paid_dkk end) as paid_12_dkk,
    count(case when on_day >= as_of - interval 12 month then 1 end) as n,
    sum(case when on_day >= as_of - interval 12 month then month_day end) as day_sum,
    sum(case when on_day >= as_of - interval 12 month then month_day * month_day end) as day_square_sum,
    avg(case when on_day >= as_of - interval 3 month then month_day end) as day_3,
    avg(case when on_day < as_of - interval 3 month and on_day >= as_of - interval 12 month then month_day end)
      as day_before,
    max(case when on_day >= as_of - interval 12 month then gap_days end) as gap_12_days,
    max(on_day) as last_on,
    arg_max(paid_dkk, on_day) as last_dkk
  from payment
  group by row_no
),
charged as (
  select
    d.row_no,
    sum(case when d.on_day >= t.as_of - interval 3 month then d.rent_dkk + d.adjustment_dkk end) as rent_3_dkk,
    sum(case when d.on_day >= t.as_of - interval 6 month then d.rent_dkk + d.adjustment_dkk end) as rent_6_dkk,
    sum(case when d.on_day >= t.as_of - interval 12 month then d.rent_dkk + d.adjustment_dkk end) as rent_12_dkk
  from ledger_day as d
  join active_tenancy as t using (row_no)
  where not d.is_opening and (d.rent_dkk > 0 or d.adjustment_dkk <> 0)
  group by d.row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(p.payments_3, 0) as payments_3_months_count,
  coalesce(p.payments_12, 0) as payments_12_months_count,
  coalesce(p.partial_3, 0) as partial_payments_3_months_count,
  coalesce(p.partial_6, 0) as partial_payments_6_months_count,
  coalesce(p.partial_12, 0) as partial_payments_12_months_count,
  cast(coalesce(p.paid_3_dkk, 0) as double) / nullif(greatest(c.rent_3_dkk, 0), 0) as paid_3_months_share,
  cast(coalesce(p.paid_6_dkk, 0) as double) / nullif(greatest(c.rent_6_dkk, 0), 0) as paid_6_months_share,
  cast(coalesce(p.paid_12_dkk, 0) as double) / nullif(greatest(c.rent_12_dkk, 0), 0) as paid_12_months_share,
  date_diff('day', p.last_on, t.as_of) as since_payment_days,
  cast(p.last_dkk as double) / nullif(t.monthly_rent_dkk, 0) as last_payment_rents_count,
  p.day_sum / nullif(p.n, 0) as usual_payment_day,
  case
    when p.n > 0 then sqrt(greatest(p.day_square_sum / nullif(p.n, 0) - (p.day_sum / nullif(p.n, 0)) * (p.day_sum / nullif(p.n, 0)), 0))
  end as payment_day_spread_days,
  p.day_3 - p.day_before as payment_day_shift_days,
  p.gap_12_days as longest_payment_gap_days
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.ledger
left join paid as p on p.row_no = t.row_no
left join charged as c on c.row_no = t.row_no
