-- one row: a day on which a sender delivered a feed, before the day asked for
-- why: how often a sender comes is told by its own days; a landlord is its own sender also where several share a file
with arrival as (
  select feed, sender, delivered_on from delivery where status = 'taken' and feed not in (
    'tenancies', 'rent_postings', 'arrears'
  )
  union
  select 'tenancies', landlord, delivered_on from delivered_tenancies
  union
  select 'rent_postings', landlord, delivered_on from delivered_rent_postings
  union
  select 'arrears', landlord, delivered_on from delivered_arrears
)
select distinct feed, sender, delivered_on
from arrival
where delivered_on < $as_of and delivered_on >= $as_of - to_days(cast($days as integer))
order by all
