-- one row: a tenancy on an as-of date: how its rents of the last 12 months were paid
-- why: lateness and missed rents show trouble before the balance does
-- steps: numbered = rents from the newest back; a rent is missed where it was not covered 30 days after its due date
with numbered as (
  select
    *,
    row_number() over (partition by row_no order by due_on desc) as rents_back,
    late_days > 0 as is_late,
    late_days >= 30 as is_missed
  from ledger_rent
),
counted as (
  select
    row_no,
    count(case when due_on >= as_of - interval 12 month then 1 end) as due_12,
    count(case when is_late and due_on >= as_of - interval 3 month then 1 end) as late_3,
    count(case when is_late and due_on >= as_of - interval 6 month then 1 end) as late_6,
    count(case when is_late and due_on >= as_of - interval 12 month then 1 end) as late_12,
    count(case when is_missed and due_on >= as_of - interval 3 month then 1 end) as missed_3,
    count(case when is_missed and due_on >= as_of - interval 6 month then 1 end) as missed_6,
    count(case when is_missed and due_on >= as_of - interval 12 month then 1 end) as missed_12,
    count(case when covered_on is null then 1 end) as unpaid,
    avg(case when due_on >= as_of - interval 3 month then late_days end) as late_days_3,
    avg(case when due_on >= as_of - interval 6 month then late_days end) as late_days_6,
    avg(case when due_on >= as_of - interval 12 month then late_days end) as late_days_12,
    max(case when due_on >= as_of - interval 12 month then late_days end) as late_days_max,
    max(case when rents_back = 1 then late_days end) as late_days_last,
    count(*) as due_24,
    min(case when not is_late then rents_back end) as first_on_time,
    min(case when is_late then rents_back end) as first_late
  from numbered
  group by row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(c.late_3, 0) as late_rents_3_months_count,
  coalesce(c.late_6, 0) as late_rents_6_months_count,
  coalesce(c.late_12, 0) as late_rents_12_months_count,
  coalesce(c.missed_3, 0) as missed_rents_3_months_count,
  coalesce(c.missed_6, 0) as missed_rents_6_months_count,
  coalesce(c.missed_12, 0) as missed_rents_12_months_count,
  coalesce(c.unpaid, 0) as unpaid_rents_count,
  1 - c.late_12 / nullif(c.due_12, 0) as on_time_12_months_share,
  c.late_days_3 as mean_late_3_months_days,
  c.late_days_6 as mean_late_6_months_days,
  c.late_days_12 as mean_late_12_months_days,
  c.late_days_max as max_late_12_months_days,
  c.late_days_last as last_rent_late_days,
  c.late_days_3 - c.late_days_12 as late_trend_days,
  coalesce(coalesce(c.first_on_time - 1, c.due_24), 0) as late_streak_count,
  coalesce(coalesce(c.first_late - 1, c.due_24), 0) as on_time_streak_count
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.ledger
left join counted as c on c.row_no = t.row_no
