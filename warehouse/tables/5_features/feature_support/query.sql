-- one row: a tenancy on an as-of date: support courses, shelter stays and missed appointments of those who live there
-- why: support that ended early, a stay in a shelter and appointments missed come before a home is lost
-- steps: appointments with substance treatment and psychiatry are left out: health is never scored
with course as (
  select
    t.row_no,
    max(cast(x.ended_on is null or x.ended_on >= x.as_of as integer)) as active,
    count(case when x.started_on >= x.as_of - interval 12 month then 1 end) as started_12,
    count(case when x.ended_on < x.as_of and x.ended_on >= x.as_of - interval 6 month then 1 end) as ended_6,
    count(case
      when x.ended_on < x.as_of and x.end_reason in ('missed_appointments', 'declined')
        and x.ended_on >= x.as_of - interval 24 month then 1
    end) as broken_24,
    max(case when x.ended_on < x.as_of then x.ended_on end) as ended_on
  from known_support_courses as x
  join known_resident as r using (as_of, person_id)
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where x.started_on < x.as_of
  group by t.row_no
),
stay as (
  select
    t.row_no,
    count(case when x.checked_in_on >= x.as_of - interval 24 month then 1 end) as stays_24,
    sum(greatest(date_diff(
      'day',
      greatest(x.checked_in_on, x.as_of - interval 24 month),
      least(coalesce(x.checked_out_on, x.as_of), x.as_of)
    ), 0)) as nights_24,
    max(least(coalesce(x.checked_out_on, x.as_of), x.as_of)) as out_on
  from known_shelter_stays as x
  join known_resident as r using (as_of, person_id)
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where x.checked_in_on < x.as_of
  group by t.row_no
),
absence as (
  select
    t.row_no,
    count(case when x.missed_on >= x.as_of - interval 3 month then 1 end) as missed_3,
    count(case when x.missed_on >= x.as_of - interval 6 month then 1 end) as missed_6,
    count(case when x.missed_on >= x.as_of - interval 12 month then 1 end) as missed_12,
    count(case
      when x.service = 'support' and x.missed_on >= x.as_of - interval 6 month then 1
    end) as support_6,
    max(x.missed_on) as missed_on
  from known_missed_appointments as x
  join known_resident as r using (as_of, person_id)
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where x.missed_on < x.as_of and x.service in ('job_centre', 'support', 'other')
  group by t.row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  case when s.support then coalesce(c.active, 0) end as support_active_flag,
  case when s.support then coalesce(c.started_12, 0) end as support_started_12_months_count,
  case when s.support then coalesce(c.ended_6, 0) end as support_ended_6_months_count,
  case when s.support then coalesce(c.broken_24, 0) end as support_broken_off_24_months_count,
  date_diff('day', c.ended_on, t.as_of) as since_support_ended_days,
  case when s.shelter then coalesce(y.stays_24, 0) end as shelter_stays_24_months_count,
  case when s.shelter then coalesce(y.nights_24, 0) end as shelter_nights_24_months_count,
  date_diff('day', y.out_on, t.as_of) as since_shelter_days,
  case when s.missed then coalesce(m.missed_3, 0) end as missed_appointments_3_months_count,
  case when s.missed then coalesce(m.missed_6, 0) end as missed_appointments_6_months_count,
  case when s.missed then coalesce(m.missed_12, 0) end as missed_appointments_12_months_count,
  case when s.missed then coalesce(m.support_6, 0) end as missed_support_6_months_count,
  date_diff('day', m.missed_on, t.as_of) as since_missed_appointment_days
from active_tenancy as t
join row_source as s on s.row_no = t.row_no
left join course as c on c.row_no = t.row_no
left join stay as y on y.row_no = t.row_no
left join absence as m on m.row_no = t.row_no
