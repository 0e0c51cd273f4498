-- one row: a tenancy on an as-of date: what was put on its account besides the rent, and how the rent changed
-- why: fees follow reminders, write-offs follow lost cases, and a rise of the rent can tip a budget
with booked as (
  select
    d.row_no,
    count(case when d.fee_dkk > 0 and d.on_day >= t.as_of - interval 3 month then 1 end) as fees_3,
    count(case when d.fee_dkk > 0 and d.on_day >= t.as_of - interval 12 month then 1 end) as fees_12,
    sum(case when d.on_day >= t.as_of - interval 12 month then d.fee_dkk end) as fees_12_dkk,
    sum(d.write_off_dkk) as write_offs_24_dkk,
    sum(case when d.on_day >= t.as_of - interval 12 month then d.adjustment_dkk end) as adjustments_12_dkk,
    arg_max(case when d.rent_dkk > 0 then d.rent_dkk end, d.on_day) as rent_now_dkk,
    arg_min(
      case when d.rent_dkk > 0 and d.on_day >= t.as_of - interval 12 month then d.rent_dkk end, d.on_day
    ) as rent_before_dkk
  from ledger_day as d
  join active_tenancy as t using (row_no)
  where not d.is_opening
  group by d.row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(b.fees_3, 0) as fees_3_months_count,
  coalesce(b.fees_12, 0) as fees_12_months_count,
  cast(coalesce(b.fees_12_dkk, 0) as double) as fees_12_months_dkk,
  cast(coalesce(b.write_offs_24_dkk, 0) as double) as write_offs_24_months_dkk,
  cast(coalesce(b.adjustments_12_dkk, 0) as double) as adjustments_12_months_dkk,
  cast(b.rent_now_dkk as double) / b.rent_before_dkk - 1 as rent_change_12_months_share
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.ledger
left join booked as b on b.row_no = t.row_no
