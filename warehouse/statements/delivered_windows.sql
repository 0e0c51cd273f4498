-- one row: a sender's feed, a code and a window of a month: how many records became known in it, and what is typical
-- why: what a sender usually sends is told by its own months, before anything is called drift
-- steps: record = every delivered record by sender; brought = until when a sender's deliveries reach: one that comes
--   once a month tells nothing of the weeks since; window 0 is the month up to there, 1 the one before, …; window -1 is
--   the newest day on which the sender sent anything in window 0
with record as (
  select
    'rent_postings' as feed, landlord as sender, known_on, delivery_id, kind as code,
    cast(abs(amount_dkk) as double) as amount_dkk, posted_on as happened_on, hash(posting_no) as record_no
  from delivered_rent_postings
  union all
  select
    'arrears', landlord, known_on, delivery_id, 'arrears', cast(arrears_dkk as double), stated_on,
    hash(tenancy_no, stated_on)
  from delivered_arrears
  union all
  select
    'notices', case when source = 'landlord' then coalesce(landlord, source) else source end, known_on, delivery_id,
    kind, cast(amount_dkk as double), issued_on, hash(source, notice_no)
  from delivered_notices
  union all
  select
    'tenancies', landlord, known_on, delivery_id, coalesce(tenure, 'unknown'), cast(monthly_rent_dkk as double),
    null, hash(tenancy_no)
  from delivered_tenancies
  union all
  select
    'benefits', '', known_on, delivery_id, kind, cast(monthly_dkk as double), null,
    hash(person_id, kind, valid_from)
  from delivered_benefits
  union all
  select 'sanctions', '', known_on, delivery_id, kind, cast(amount_dkk as double), decided_on, hash(sanction_no)
  from delivered_sanctions
  union all
  select 'concerns', sender, known_on, delivery_id, category, null, cast(received_at as date), hash(concern_no)
  from delivered_concerns
  union all
  select
    'benefit_applications', '', known_on, delivery_id, kind, cast(amount_dkk as double), applied_on,
    hash(application_no)
  from delivered_benefit_applications
  union all
  select 'shelter_stays', '', known_on, delivery_id, 'stay', null, checked_in_on, hash(stay_no)
  from delivered_shelter_stays
  union all
  select 'missed_appointments', '', known_on, delivery_id, service, null, missed_on, hash(person_id, missed_on)
  from delivered_missed_appointments
  union all
  select 'discharges', '', known_on, delivery_id, ward, null, discharged_on, hash(discharge_no)
  from delivered_discharges
  union all
  select 'support_courses', '', known_on, delivery_id, method, null, started_on, hash(course_no)
  from delivered_support_courses
  union all
  select 'contacts', '', known_on, delivery_id, channel, null, contacted_on, hash(contact_no)
  from delivered_contacts
),
arrived as (
  select r.*, d.delivered_on
  from record as r
  join delivery as d using (delivery_id)
  where d.delivered_on < $as_of and r.known_on < $as_of
),
brought as (
  select feed, sender, max(delivered_on) + 1 as until from arrived group by all
),
windowed as (
  select a.*, w.months_back
  from arrived as a
  join brought as b using (feed, sender)
  join unnest(range(cast($months as bigint))) as w(months_back)
    on a.known_on >= b.until - to_months(cast(w.months_back + 1 as integer))
    and a.known_on < b.until - to_months(cast(w.months_back as integer))
),
newest as (
  select feed, sender, max(known_on) as known_on from windowed where months_back = 0 group by all
),
counted as (
  select feed, sender, months_back, code, amount_dkk, date_diff('day', happened_on, known_on) as lag_days, record_no
  from windowed
  union all
  select
    w.feed, w.sender, -1, w.code, w.amount_dkk, date_diff('day', w.happened_on, w.known_on), w.record_no
  from windowed as w
  join newest as n using (feed, sender, known_on)
  where w.months_back = 0
)
select
  feed,
  sender,
  cast(months_back as integer) as months_back,
  code,
  count(distinct record_no) as records,
  median(amount_dkk) as typical_dkk,
  median(lag_days) as typical_lag_days
from counted
group by all
order by all
