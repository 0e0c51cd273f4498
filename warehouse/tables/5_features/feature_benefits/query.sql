-- one row: a tenancy on an as-of date: the benefits of those who live there, and the rent against them
-- why: low and unstable income against a fixed rent is the commonest cause named in the research
with counted as (
  select
    row_no,
    max(cast(family = 'cash' and (valid_to is null or valid_to >= as_of) as integer)) as cash,
    max(cast(family = 'pension' and (valid_to is null or valid_to >= as_of) as integer)) as pension,
    max(cast(family = 'unemployment_benefit' and (valid_to is null or valid_to >= as_of) as integer)) as unemployed,
    max(cast(family = 'transfer' and (valid_to is null or valid_to >= as_of) as integer)) as transfer,
    max(cast(family = 'housing_benefit' and (valid_to is null or valid_to >= as_of) as integer)) as housing,
    sum(case
      when family = 'housing_benefit' and (valid_to is null or valid_to >= as_of) then monthly_dkk
    end) as housing_dkk,
    count(case when valid_from >= as_of - interval 6 month then 1 end) as begun_6,
    count(case when valid_from >= as_of - interval 12 month then 1 end) as begun_12,
    max(cast(valid_to >= as_of and valid_to < as_of + interval 2 month as integer)) as ends_soon,
    max(greatest(valid_from, case when valid_to < as_of then valid_to else valid_from end)) as changed_on,
    min(case when valid_to is null or valid_to >= as_of then valid_from end) as since_on
  from resident_benefit
  group by row_no
),
ended as (
  select
    row_no,
    count(case when valid_to >= as_of - interval 3 month then 1 end) as ended_3,
    count(case when valid_to >= as_of - interval 6 month then 1 end) as ended_6,
    count(case when valid_to >= as_of - interval 12 month then 1 end) as ended_12
  from benefit_ended
  group by row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(c.cash, 0) as cash_benefit_flag,
  coalesce(c.pension, 0) as pension_flag,
  coalesce(c.unemployed, 0) as unemployment_benefit_flag,
  coalesce(c.transfer, 0) as other_transfer_flag,
  coalesce(c.housing, 0) as housing_benefit_flag,
  coalesce(b.current_count, 0) as current_benefits_count,
  cast(b.now_dkk as double) as benefits_monthly_dkk,
  cast(c.housing_dkk as double) as housing_benefit_monthly_dkk,
  cast(t.monthly_rent_dkk as double) / nullif(b.now_dkk, 0) as rent_burden_share,
  cast(b.now_dkk - t.monthly_rent_dkk as double) as benefits_after_rent_dkk,
  coalesce(c.begun_6, 0) as benefit_changes_6_months_count,
  coalesce(c.begun_12, 0) as benefit_changes_12_months_count,
  coalesce(e.ended_3, 0) as benefits_ended_3_months_count,
  coalesce(e.ended_6, 0) as benefits_ended_6_months_count,
  coalesce(e.ended_12, 0) as benefits_ended_12_months_count,
  cast(greatest(coalesce(b.at_3_dkk, 0) - coalesce(b.now_dkk, 0), 0) as double) as benefit_drop_3_months_dkk,
  cast(greatest(coalesce(b.at_6_dkk, 0) - coalesce(b.now_dkk, 0), 0) as double) as benefit_drop_6_months_dkk,
  coalesce(c.ends_soon, 0) as benefit_ends_soon_flag,
  date_diff('day', c.changed_on, t.as_of) as since_benefit_change_days,
  date_diff('day', c.since_on, t.as_of) as on_benefit_days
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.benefits
left join counted as c on c.row_no = t.row_no
left join benefit_total as b on b.row_no = t.row_no
left join ended as e on e.row_no = t.row_no
