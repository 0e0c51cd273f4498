-- one row: a home or person that a record may be about, as could be found on an as-of date
-- why: whoever decides sees what was known on the day
select a.as_of, c.feed, c.record_key, c.landlord, c.tenancy_no, c.person_id,
  -- of several names that a home was known by the nearest counts
  arg_max(c.is_household, c.odds) as is_household, max(c.odds) as odds
from as_of_date as a
join link_candidate as c
  on c.known_on < a.as_of
  and (c.superseded_on is null or c.superseded_on >= a.as_of)
group by all
