-- one row: an active tenancy on an as-of date, and which sources had been heard from about it
-- why: a feature of a source never heard from is unknown (null), not 0; a person's records need a known person
-- steps: landlord_heard, town_heard = sources heard from; known_home = tenancies with a known resident
with landlord_heard as (
  select
    as_of,
    landlord,
    bool_or(feed = 'rent_postings') as ledger,
    bool_or(feed = 'arrears') as arrears_list,
    bool_or(feed = 'notices') as landlord_notices
  from known_source
  where landlord is not null
  group by as_of, landlord
),
town_heard as (
  select
    as_of,
    bool_or(feed = 'notices') as notices,
    bool_or(feed = 'concerns') as concerns,
    bool_or(feed = 'sanctions') as sanctions,
    bool_or(feed = 'benefits') as benefits,
    bool_or(feed = 'benefit_applications') as applications,
    bool_or(feed = 'shelter_stays') as shelter,
    bool_or(feed = 'support_courses') as support,
    bool_or(feed = 'missed_appointments') as missed,
    bool_or(feed = 'contacts') as contacts
  from known_source
  where landlord is null
  group by as_of
),
known_home as (
  select distinct as_of, landlord, tenancy_no from known_resident
)
select
  t.row_no,
  coalesce(l.ledger, false) as ledger,
  coalesce(l.arrears_list, false) as arrears_list,
  coalesce(l.landlord_notices, false) as landlord_notices,
  coalesce(h.notices, false) as notices,
  coalesce(h.concerns, false) as concerns,
  coalesce(h.contacts, false) as contacts,
  k.as_of is not null and coalesce(h.sanctions, false) as sanctions,
  k.as_of is not null and coalesce(h.benefits, false) as benefits,
  k.as_of is not null and coalesce(h.applications, false) as applications,
  k.as_of is not null and coalesce(h.shelter, false) as shelter,
  k.as_of is not null and coalesce(h.support, false) as support,
  k.as_of is not null and coalesce(h.missed, false) as missed
from active_tenancy as t
left join landlord_heard as l on l.as_of = t.as_of and l.landlord = t.landlord
left join town_heard as h on h.as_of = t.as_of
left join known_home as k on k.as_of = t.as_of and k.landlord = t.landlord and k.tenancy_no = t.tenancy_no
