-- one row: a tenancy on an as-of date: its habit of paying, the latest rents counting most
-- why: how late a tenant usually pays, and how much of a rent is left open, tells of strain long before the balance does;
--   counts in fixed windows forget abruptly and tie, a fading mean does neither
-- steps: settled = rents of the last 24 months that are at least 12 days past due, with what the balance rose by in those
--   days (fees left out; from 2 days before, since housing benefit is not moved where a due date falls on a weekend) as
--   a share of the rent, and what of that was paid before the next rent; paid = the first payment of the month in which
--   a rent fell due, up to 15 days after it; faded = weights that halve every 2, 6 or 18 rents; counts are drawn
--   toward what is usual, so that two rents do not make a habit; the last rents stand one by one beside them (what was
--   caught up of the latest is not known before the next is due)
with settled as (
  select
    r.row_no,
    r.due_on,
    r.rent_dkk,
    row_number() over (partition by r.row_no order by r.due_on desc) as rents_back,
    cast(r.due_on + interval 12 day as date) as looked_on
  from ledger_rent as r
  where r.due_on + interval 12 day < r.as_of
),
before_due as (
  select s.*, coalesce(d.balance_dkk - d.fee_to_date_dkk, 0) as before_dkk
  from settled as s
  asof left join ledger_day as d on d.row_no = s.row_no and d.on_day < s.due_on - interval 2 day
),
opened as (
  select
    b.*,
    least(greatest(coalesce(d.balance_dkk - d.fee_to_date_dkk, 0) - b.before_dkk, 0) / b.rent_dkk, 1) as open_share,
    coalesce(d.balance_dkk - d.fee_to_date_dkk, 0) as looked_dkk
  from before_due as b
  asof left join ledger_day as d on d.row_no = b.row_no and d.on_day <= b.looked_on
),
payment as (
  select row_no, on_day as paid_on from ledger_day where paid_dkk > 0 and not is_opening
),
paid as (
  select
    o.*,
    case
      when p.paid_on < o.due_on + interval 15 day then date_diff('day', date_trunc('month', o.due_on), p.paid_on)
    end as delay_days,
    lag(o.before_dkk) over account as next_before_dkk
  from opened as o
  asof left join payment as p on p.row_no = o.row_no and p.paid_on >= date_trunc('month', o.due_on)
  window account as (partition by o.row_no order by o.rents_back)
),
eased as (
  select
    *,
    delay_days - min(delay_days) over (partition by row_no) as slack_days,
    open_share > 0.1 as fell_short,
    case
      when open_share > 0.1 and looked_dkk > 0 and next_before_dkk is not null
        then least(greatest(1 - next_before_dkk / looked_dkk, 0), 1)
    end as caught_up_share
  from paid
),
faded as (
  select
    row_no,
    count(*) as rents,
    sum(case when fell_short then 1 else 0 end) as short_rents,
    sum(caught_up_share) as caught_up,
    count(caught_up_share) as caught_up_rents,
    max(case when rents_back = 1 then open_share end) as open_last,
    max(case when rents_back = 2 then open_share end) as open_last_2,
    max(case when rents_back = 3 then open_share end) as open_last_3,
    max(case when rents_back = 4 then open_share end) as open_last_4,
    max(case when rents_back = 5 then open_share end) as open_last_5,
    max(case when rents_back = 6 then open_share end) as open_last_6,
    max(case when rents_back = 1 then slack_days end) as slack_last_1,
    max(case when rents_back = 2 then slack_days end) as slack_last_2,
    max(case when rents_back = 3 then slack_days end) as slack_last_3,
    max(case when rents_back = 4 then slack_days end) as slack_last_4,
    max(case when rents_back = 2 then caught_up_share end) as caught_up_last_2,
    max(case when rents_back = 3 then caught_up_share end) as caught_up_last_3,
    max(case when rents_back = 4 then caught_up_share end) as caught_up_last_4,
    sum(cast(open_share as double) * pow(0.5, rents_back / 2) order by rents_back) / sum(pow(0.5, rents_back / 2) order by rents_back) as open_2,
    sum(cast(open_share as double) * pow(0.5, rents_back / 6) order by rents_back) / sum(pow(0.5, rents_back / 6) order by rents_back) as open_6,
    sum(cast(open_share as double) * pow(0.5, rents_back / 18) order by rents_back) / sum(pow(0.5, rents_back / 18) order by rents_back) as open_18,
    sum(slack_days * pow(0.5, rents_back / 2) order by rents_back)
      / nullif(sum(case when slack_days is not null then pow(0.5, rents_back / 2) end order by rents_back), 0) as slack_2,
    sum(slack_days * pow(0.5, rents_back / 6) order by rents_back)
      / nullif(sum(case when slack_days is not null then pow(0.5, rents_back / 6) end order by rents_back), 0) as slack_6,
    sum(slack_days) as slack_sum,
    count(slack_days) as slack_rents
  from eased
  group by row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  f.open_last as left_open_last_rent_share,
  f.open_last_2 as left_open_2_rents_ago_share,
  f.open_last_3 as left_open_3_rents_ago_share,
  f.open_last_4 as left_open_4_rents_ago_share,
  f.open_last_5 as left_open_5_rents_ago_share,
  f.open_last_6 as left_open_6_rents_ago_share,
  f.open_2 as left_open_2_fading_share,
  f.open_6 as left_open_6_fading_share,
  f.open_18 as left_open_18_fading_share,
  (coalesce(f.short_rents, 0) + 0.3) / (coalesce(f.rents, 0) + 6) as fell_short_share,
  (coalesce(f.caught_up, 0) + 1) / (coalesce(f.caught_up_rents, 0) + 2) as caught_up_share,
  f.caught_up_last_2 as caught_up_2_rents_ago_share,
  f.caught_up_last_3 as caught_up_3_rents_ago_share,
  f.caught_up_last_4 as caught_up_4_rents_ago_share,
  f.slack_last_1 as pay_slack_1_rent_ago_days,
  f.slack_last_2 as pay_slack_2_rents_ago_days,
  f.slack_last_3 as pay_slack_3_rents_ago_days,
  f.slack_last_4 as pay_slack_4_rents_ago_days,
  f.slack_2 as pay_slack_2_fading_days,
  f.slack_6 as pay_slack_6_fading_days,
  (coalesce(f.slack_sum, 0) + 1) / (coalesce(f.slack_rents, 0) + 3) as pay_slack_days
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.ledger
left join faded as f on f.row_no = t.row_no
