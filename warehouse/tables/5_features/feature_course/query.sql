-- one row: a tenancy on an as-of date: what was paid of each of its last six rents, in time and later
-- why: a fading mean tells how much is missing, not in which order: a rent missed and caught up, one half paid since May
--   and one paid twice differ in what follows
-- steps: rent = the rents whose month is over on the as-of date, so that a night in the middle of a month compares with
--   the first; paid = each payment goes to the last rent due at most 3 days after it, in time until the 12th day after
--   it is due; shares of the rent, at most 3
with rent as (
  select row_no, due_on, rent_dkk
  from ledger_rent
  where due_on >= as_of - interval 8 month
),
payment as (
  select d.row_no, d.on_day, d.paid_dkk
  from ledger_day as d
  join active_tenancy as t using (row_no)
  where d.paid_dkk > 0 and not d.is_opening and d.on_day >= t.as_of - interval 9 month
),
paid as (
  select
    r.row_no,
    r.due_on,
    sum(case when p.on_day < r.due_on + interval 12 day then p.paid_dkk end) as in_time_dkk,
    sum(case when p.on_day >= r.due_on + interval 12 day then p.paid_dkk end) as late_dkk
  from payment as p
  asof join rent as r on r.row_no = p.row_no and r.due_on <= p.on_day + interval 3 day
  group by r.row_no, r.due_on
),
told as (
  select
    r.row_no,
    row_number() over (partition by r.row_no order by r.due_on desc) as rents_back,
    least(cast(coalesce(p.in_time_dkk, 0) as double) / r.rent_dkk, 3) as in_time_share,
    least(cast(coalesce(p.late_dkk, 0) as double) / r.rent_dkk, 3) as late_share
  from rent as r
  join active_tenancy as t using (row_no)
  left join paid as p using (row_no, due_on)
  where r.due_on + interval 1 month <= t.as_of
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  max(case when c.rents_back = 1 then c.in_time_share end) as paid_in_time_1_rent_ago_share,
  max(case when c.rents_back = 2 then c.in_time_share end) as paid_in_time_2_rents_ago_share,
  max(case when c.rents_back = 3 then c.in_time_share end) as paid_in_time_3_rents_ago_share,
  max(case when c.rents_back = 4 then c.in_time_share end) as paid_in_time_4_rents_ago_share,
  max(case when c.rents_back = 5 then c.in_time_share end) as paid_in_time_5_rents_ago_share,
  max(case when c.rents_back = 6 then c.in_time_share end) as paid_in_time_6_rents_ago_share,
  max(case when c.rents_back = 1 then c.late_share end) as paid_late_1_rent_ago_share,
  max(case when c.rents_back = 2 then c.late_share end) as paid_late_2_rents_ago_share,
  max(case when c.rents_back = 3 then c.late_share end) as paid_late_3_rents_ago_share,
  max(case when c.rents_back = 4 then c.late_share end) as paid_late_4_rents_ago_share,
  max(case when c.rents_back = 5 then c.late_share end) as paid_late_5_rents_ago_share,
  max(case when c.rents_back = 6 then c.late_share end) as paid_late_6_rents_ago_share
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.ledger
left join told as c on c.row_no = t.row_no
group by all
