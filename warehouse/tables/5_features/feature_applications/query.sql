-- one row: a tenancy on an as-of date: what those who live there applied for
-- why: an application that waits or was refused says that the money is missing now
with applied as (
  select t.row_no, t.as_of, a.kind, a.applied_on, a.decided_on, a.outcome,
    a.decided_on is null or a.decided_on >= a.as_of as is_pending
  from known_benefit_applications as a
  join known_resident as r using (as_of, person_id)
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where a.applied_on < a.as_of
),
counted as (
  select
    row_no,
    count(case when is_pending then 1 end) as pending,
    min(case when is_pending then applied_on end) as pending_on,
    count(case when applied_on >= as_of - interval 12 month then 1 end) as applied_12,
    count(case
      when kind in ('rent_help_81a', 'single_payment') and applied_on >= as_of - interval 12 month then 1
    end) as help_12,
    count(case
      when not is_pending and outcome = 'refused' and decided_on >= as_of - interval 12 month then 1
    end) as refused_12,
    count(case
      when not is_pending and outcome = 'granted' and decided_on >= as_of - interval 12 month then 1
    end) as granted_12
  from applied
  group by row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(c.pending, 0) as applications_pending_count,
  date_diff('day', c.pending_on, t.as_of) as application_pending_days,
  coalesce(c.applied_12, 0) as applications_12_months_count,
  coalesce(c.help_12, 0) as rent_help_applications_12_months_count,
  coalesce(c.refused_12, 0) as applications_refused_12_months_count,
  coalesce(c.granted_12, 0) as applications_granted_12_months_count
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.applications
left join counted as c on c.row_no = t.row_no
