-- one row: a feed that had been heard from before an as-of date; by landlord for what landlords send
-- why: no record is not "no arrears": where a source was never heard from, features are unknown and not 0
-- steps: first_heard = the first day something of the feed was known, from facts and from (perhaps empty) deliveries
with first_heard as (
  select 'persons' as feed, null::varchar as landlord, min(known_on) as known_on from fact_persons
  union all
  select 'notices' as feed, null::varchar as landlord, min(known_on) as known_on from fact_notices
  union all
  select 'concerns' as feed, null::varchar as landlord, min(known_on) as known_on from fact_concerns
  union all
  select 'sanctions' as feed, null::varchar as landlord, min(known_on) as known_on from fact_sanctions
  union all
  select 'benefits' as feed, null::varchar as landlord, min(known_on) as known_on from fact_benefits
  union all
  select 'benefit_applications' as feed, null::varchar as landlord, min(known_on) as known_on from fact_benefit_applications
  union all
  select 'shelter_stays' as feed, null::varchar as landlord, min(known_on) as known_on from fact_shelter_stays
  union all
  select 'support_courses' as feed, null::varchar as landlord, min(known_on) as known_on from fact_support_courses
  union all
  select 'missed_appointments' as feed, null::varchar as landlord, min(known_on) as known_on from fact_missed_appointments
  union all
  select 'discharges' as feed, null::varchar as landlord, min(known_on) as known_on from fact_discharges
  union all
  select 'contacts' as feed, null::varchar as landlord, min(known_on) as known_on from fact_contacts
  union all
  select 'tenancies', landlord, min(known_on) from fact_tenancies group by landlord
  union all
  select 'rent_postings', landlord, min(known_on) from fact_rent_postings group by landlord
  union all
  select 'arrears', landlord, min(known_on) from fact_arrears group by landlord
  union all
  select 'notices', landlord, min(known_on) from fact_notices where source = 'landlord' and landlord is not null group by landlord
  union all
  select feed, case when feed in ('tenancies', 'rent_postings', 'arrears') then sender end, min(delivered_on)
  from delivery
  where status = 'taken'
  group by all
  union all
  select feed, sender, min(delivered_on) from delivery where status = 'taken' and feed = 'notices' group by all
)
select distinct a.as_of, h.feed, h.landlord
from as_of_date as a
join first_heard as h on h.known_on < a.as_of
where h.feed not in (select feed from switched_off)
