-- one row: a concern notification and the tenancy it concerns, in the version that was in force on an as-of date
-- why: the door of the feed concerns; the tenancy is the row's own, else the linked one, else where the person lived
with version as (
  select a.as_of, f.concern_no as record_key,
    f.*
  from as_of_date as a
  join fact_concerns as f on f.known_on < a.as_of
  where 'concerns' not in (select feed from switched_off)
),
in_force as (
  select *
  from version
  where (superseded_on is null or superseded_on >= as_of) and not coalesce(retracted, false)
)
select v.* exclude (record_key, superseded_on, retracted),
  coalesce(l.landlord, r.landlord) as landlord,
  coalesce(l.tenancy_no, r.tenancy_no) as tenancy_no,
  coalesce(l.confidence, 1.0) as link_confidence
from in_force as v
left join known_link as l
  on l.as_of = v.as_of
  and l.feed = 'concerns'
  and l.record_key = v.record_key
left join known_resident as r
  on r.as_of = v.as_of
  and r.person_id = v.person_id
  and l.tenancy_no is null
