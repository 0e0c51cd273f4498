-- one row: something that became known of a person who lives in an active tenancy, of a kind that a reason may cite
-- why: income and support, with the day and the source, for whoever looks at the case
-- steps: a benefit has ended where nothing of its family followed (see benefit_ended);
--   a shelter's name is free text and stays out, and so do discharges and the appointments that tell of illness
with resident as (
  select t.row_no, t.as_of, r.person_id
  from known_resident as r
  join active_tenancy as t using (as_of, landlord, tenancy_no)
),
application as (
  select r.row_no, a.*, 'benefit_applications:' || a.application_no as fact
  from known_benefit_applications as a
  join resident as r using (as_of, person_id)
),
benefit as (
  select r.row_no, b.*, 'benefits:' || b.person_id || '/' || b.kind || '/' || b.valid_from as fact
  from known_benefits as b
  join resident as r using (as_of, person_id)
),
stay as (
  select r.row_no, x.*, 'shelter_stays:' || x.stay_no as fact
  from known_shelter_stays as x
  join resident as r using (as_of, person_id)
),
course as (
  select r.row_no, x.*, 'support_courses:' || x.course_no as fact
  from known_support_courses as x
  join resident as r using (as_of, person_id)
)
select r.row_no, 'sanction' as kind, x.decided_on as happened_on, x.known_on, x.amount_dkk, x.kind as detail,
  'sanctions' as source, 'sanctions:' || x.sanction_no as fact
from known_sanctions as x
join resident as r using (as_of, person_id)
union all
select row_no, 'benefit_change', valid_from, known_on, monthly_dkk, kind, 'benefits', fact from benefit
union all
select b.row_no, 'benefit_ended', b.valid_to, b.known_on, null, b.kind, 'benefits', b.fact
from benefit as b
join benefit_ended as e using (row_no, person_id, kind, valid_from)
union all
select row_no, 'application', applied_on, known_on, null, kind, 'benefit_applications', fact from application
union all
select row_no, 'application_' || outcome, decided_on, known_on, amount_dkk, kind, 'benefit_applications', fact
from application
where outcome is not null and decided_on is not null
union all
select row_no, 'shelter_stay', checked_in_on, known_on, null, null, 'shelter_stays', fact from stay
union all
select row_no, 'shelter_left', checked_out_on, known_on, null, null, 'shelter_stays', fact
from stay
where checked_out_on is not null
union all
select row_no, 'support_begun', started_on, known_on, null, method, 'support_courses', fact from course
union all
select row_no, 'support_ended', ended_on, known_on, null, end_reason, 'support_courses', fact
from course
where ended_on is not null
union all
select r.row_no, 'missed_appointment', x.missed_on, x.known_on, null, x.service, 'missed_appointments',
  'missed_appointments:' || x.person_id || '/' || x.service || '/' || x.missed_on
from known_missed_appointments as x
join resident as r using (as_of, person_id)
where x.service in ('job_centre', 'support', 'other')
