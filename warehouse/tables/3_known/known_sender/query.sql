-- one row: a sender of a feed and its last delivery before an as-of date
-- why: how fresh each source is; a landlord is its own sender even where several share one file
with arrival as (
  select feed, sender, delivered_on, delivered_on as known_on
  from delivery
  where status = 'taken'
  union all
  select 'tenancies', landlord, delivered_on, min(known_on) from fact_tenancies group by all
  union all
  select 'rent_postings', landlord, delivered_on, min(known_on) from fact_rent_postings group by all
  union all
  select 'arrears', landlord, delivered_on, min(known_on) from fact_arrears group by all
)
select a.as_of, r.feed, r.sender, max(r.delivered_on) as last_delivery_on
from as_of_date as a
join arrival as r on r.delivered_on < a.as_of and r.known_on < a.as_of
group by all
