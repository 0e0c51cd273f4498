-- one row: an evidence from the benefits, sanctions, applications, support and shelter of those who live in a tenancy
-- why: what a reason about income and support may say
with resident as (
  select t.row_no, t.as_of, r.person_id
  from known_resident as r
  join active_tenancy as t using (as_of, landlord, tenancy_no)
),
sanction as (
  select r.row_no, max(x.decided_on) as event_on, arg_max_null(x.amount_dkk, (x.decided_on, x.sanction_no)) as amount_dkk,
    cast(count(*) as integer) as event_count, arg_max(x.kind, (x.decided_on, x.sanction_no)) as code,
    list_slice(list('sanctions:' || x.sanction_no order by x.decided_on desc, x.sanction_no), 1, 12) as facts
  from known_sanctions as x
  join resident as r using (as_of, person_id)
  where x.decided_on < x.as_of and x.decided_on >= x.as_of - interval 12 month
  group by r.row_no
),
benefit as (
  select *, 'benefits:' || person_id || '/' || kind || '/' || valid_from as fact from resident_benefit
),
ended as (
  select row_no, max(valid_to) as event_on, arg_max(kind, (valid_to, kind)) as code,
    cast(count(*) as integer) as event_count,
    list_slice(
      list('benefits:' || person_id || '/' || kind || '/' || valid_from order by valid_to desc, kind, valid_from, person_id), 1, 12
    ) as facts
  from benefit_ended
  where valid_to >= as_of - interval 12 month
  group by row_no
),
fall as (
  select b.row_no,
    max(greatest(b.valid_from, case when b.valid_to < b.as_of then b.valid_to else b.valid_from end)) as event_on,
    cast(any_value(coalesce(s.at_6_dkk, 0) - coalesce(s.now_dkk, 0)) as decimal(12, 2)) as amount_dkk,
    list_slice(list(b.fact order by b.valid_from desc, b.kind, b.fact), 1, 12) as facts
  from benefit as b
  join benefit_total as s using (row_no)
  where coalesce(s.at_6_dkk, 0) > coalesce(s.now_dkk, 0)
    and (b.valid_to is null or b.valid_to >= b.as_of - interval 6 month)
  group by b.row_no
),
burden as (
  select b.row_no, cast(any_value(t.monthly_rent_dkk) as decimal(12, 2)) as amount_dkk,
    cast(round(100 * any_value(t.monthly_rent_dkk) / any_value(s.now_dkk)) as integer) as event_count,
    list_slice(list(b.fact order by b.valid_from desc, b.kind, b.fact), 1, 12) as facts
  from benefit as b
  join benefit_total as s using (row_no)
  join active_tenancy as t using (row_no)
  where s.now_dkk > 0 and b.monthly_dkk > 0 and (b.valid_to is null or b.valid_to >= b.as_of)
  group by b.row_no
),
application as (
  select r.row_no, a.*, 'benefit_applications:' || a.application_no as fact,
    a.decided_on is null or a.decided_on >= a.as_of as is_pending
  from known_benefit_applications as a
  join resident as r using (as_of, person_id)
  where a.applied_on < a.as_of
),
pending as (
  select row_no, min(applied_on) as event_on, arg_min(kind, (applied_on, fact)) as code,
    cast(count(*) as integer) as event_count,
    list_slice(list(fact order by applied_on, fact), 1, 12) as facts
  from application
  where is_pending
  group by row_no
),
refused as (
  select row_no, max(decided_on) as event_on, arg_max(kind, (decided_on, fact)) as code,
    cast(count(*) as integer) as event_count,
    list_slice(list(fact order by decided_on desc, fact), 1, 12) as facts
  from application
  where not is_pending and outcome = 'refused' and decided_on >= as_of - interval 12 month
  group by row_no
),
support as (
  select r.row_no, max(x.ended_on) as event_on, arg_max_null(x.end_reason, (x.ended_on, x.course_no)) as code,
    cast(count(*) as integer) as event_count,
    list_slice(list('support_courses:' || x.course_no order by x.ended_on desc, x.course_no), 1, 12) as facts
  from known_support_courses as x
  join resident as r using (as_of, person_id)
  where x.ended_on < x.as_of and x.ended_on >= x.as_of - interval 24 month
  group by r.row_no
),
absence as (
  select r.row_no, max(x.missed_on) as event_on, cast(count(*) as integer) as event_count,
    list_slice(list(
      'missed_appointments:' || x.person_id || '/' || x.service || '/' || x.missed_on
      order by x.missed_on desc, x.service, x.person_id
    ), 1, 12) as facts
  from known_missed_appointments as x
  join resident as r using (as_of, person_id)
  where x.missed_on < x.as_of
    and x.missed_on >= x.as_of - interval 6 month
    and x.service in ('job_centre', 'support', 'other')
  group by r.row_no
),
stay as (
  select r.row_no, max(x.checked_in_on) as event_on, cast(count(*) as integer) as event_count,
    list_slice(list('shelter_stays:' || x.stay_no order by x.checked_in_on desc, x.stay_no), 1, 12) as facts
  from known_shelter_stays as x
  join resident as r using (as_of, person_id)
  where x.checked_in_on < x.as_of and x.checked_in_on >= x.as_of - interval 24 month
  group by r.row_no
)
select row_no, 'sanction' as evidence, event_on, amount_dkk, event_count, code, facts from sanction
union all
select row_no, 'benefit_ended', event_on, null, event_count, code, facts from ended
union all
select row_no, 'benefit_drop', event_on, amount_dkk, null, null, facts from fall
union all
select row_no, 'rent_burden', null, amount_dkk, event_count, null, facts from burden
union all
select row_no, 'application_pending', event_on, null, event_count, code, facts from pending
union all
select row_no, 'application_refused', event_on, null, event_count, code, facts from refused
union all
select row_no, 'support_ended', event_on, null, event_count, code, facts from support
union all
select row_no, 'support_missed', event_on, null, event_count, null, facts from absence
union all
select row_no, 'shelter_stay', event_on, null, event_count, null, facts from stay
