-- one row: a tenancy on an as-of date: concern notifications about it
-- why: a landlord, a caseworker or a neighbour often notices first
-- steps: neutral = without psychiatry, substance treatment and police, and without health, substance use and
--   discharge: those may put a case on the list as received, they are never scored
with neutral as (
  select t.row_no, c.as_of, c.sender, c.category, c.urgency, cast(c.received_at as date) as received_on
  from known_concerns as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where c.received_at < c.as_of
    and c.sender not in ('psychiatry', 'substance_treatment', 'police')
    and c.category not in ('substance_use', 'mental_health', 'discharge')
),
counted as (
  select
    row_no,
    count(case when received_on >= as_of - interval 3 month then 1 end) as concerns_3,
    count(case when received_on >= as_of - interval 6 month then 1 end) as concerns_6,
    count(case when received_on >= as_of - interval 12 month then 1 end) as concerns_12,
    max(received_on) as concern_on,
    count(case when sender = 'landlord' and received_on >= as_of - interval 12 month then 1 end) as landlord_12,
    count(case
      when sender in ('job_centre', 'benefits_office', 'shelter', 'drop_in_centre')
        and received_on >= as_of - interval 12 month then 1
    end) as town_12,
    count(case
      when sender in ('citizen', 'relative') and received_on >= as_of - interval 12 month then 1
    end) as private_12,
    count(case
      when urgency in ('high', 'acute') and received_on >= as_of - interval 6 month then 1
    end) as urgent_6,
    count(case
      when category = 'rent_arrears' and received_on >= as_of - interval 12 month then 1
    end) as arrears_12,
    count(case
      when category = 'sanction_risk' and received_on >= as_of - interval 6 month then 1
    end) as sanction_6
  from neutral
  group by row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(c.concerns_3, 0) as concerns_3_months_count,
  coalesce(c.concerns_6, 0) as concerns_6_months_count,
  coalesce(c.concerns_12, 0) as concerns_12_months_count,
  date_diff('day', c.concern_on, t.as_of) as since_concern_days,
  coalesce(c.landlord_12, 0) as landlord_concerns_12_months_count,
  coalesce(c.town_12, 0) as municipal_concerns_12_months_count,
  coalesce(c.private_12, 0) as private_concerns_12_months_count,
  coalesce(c.urgent_6, 0) as urgent_concerns_6_months_count,
  coalesce(c.arrears_12, 0) as arrears_concerns_12_months_count,
  coalesce(c.sanction_6, 0) as sanction_concerns_6_months_count
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.concerns
left join counted as c on c.row_no = t.row_no
