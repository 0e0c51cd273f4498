-- one row: a sender of a feed on an as-of date: its last delivery, and whether that is late, missing or switched off
-- why: a list without a landlord's ledger must say so; a risk may not fall because a source stayed away
-- steps: feed = the fourteen feeds; wanted = senders that delivered, landlords whose rents come neither as a ledger
--   nor as a list, and feeds that nobody delivered (sender '')
with feed as (
  select unnest([
    'persons', 'tenancies', 'rent_postings', 'arrears', 'notices', 'concerns', 'sanctions', 'benefits',
    'benefit_applications', 'shelter_stays', 'support_courses', 'missed_appointments', 'discharges', 'contacts'
  ]) as feed
),
silent_landlord as (
  select distinct t.as_of, t.landlord
  from active_tenancy as t
  where not exists (
    select 1
    from known_sender as s
    where s.as_of = t.as_of and s.sender = t.landlord and s.feed in ('rent_postings', 'arrears')
  )
),
wanted as (
  select as_of, feed, sender, last_delivery_on from known_sender
  union all
  select as_of, 'rent_postings', landlord, null from silent_landlord
  union all
  select a.as_of, f.feed, '', null
  from as_of_date as a
  cross join feed as f
  where not exists (select 1 from known_sender as s where s.as_of = a.as_of and s.feed = f.feed)
    and not exists (
      select 1 from silent_landlord as s where s.as_of = a.as_of and f.feed = 'rent_postings'
    )
    -- a list stands in for a ledger, and a ledger for a list
    and not (
      f.feed in ('rent_postings', 'arrears')
      and exists (select 1 from known_sender as s where s.as_of = a.as_of and s.feed in ('rent_postings', 'arrears'))
    )
),
aged as (
  select
    w.as_of,
    w.feed,
    w.sender,
    w.last_delivery_on,
    cast(date_diff('day', w.last_delivery_on, w.as_of) as integer) as age_days,
    cast(coalesce(e.expected_every_days, f.expected_every_days, 31) as integer) as expected_every_days
  from wanted as w
  left join expected_delivery as e on e.feed = w.feed and e.sender = w.sender
  left join expected_delivery as f on f.feed = w.feed and f.sender = '*'
)
select
  as_of,
  feed,
  sender,
  last_delivery_on,
  age_days,
  case
    when feed in (select feed from switched_off) then 'off'
    when last_delivery_on is null then 'missing'
    when age_days > expected_every_days then 'late'
    else 'fresh'
  end as status,
  expected_every_days
from aged
