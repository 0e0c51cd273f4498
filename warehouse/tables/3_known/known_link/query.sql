-- one row: the tenancy (for tenancies: the person) that a record was linked to, as decided before an as-of date
-- why: letters that name only a person and an address count from the day the link could first be made
select a.as_of, l.feed, l.record_key, l.landlord, l.tenancy_no, l.person_id, l.confidence, l.method,
  l.known_on as linked_on
from as_of_date as a
join fact_link as l
  on l.known_on < a.as_of
  and (l.superseded_on is null or l.superseded_on >= a.as_of)
-- the surest decision where several are in force; names break ties, so that no order of rows decides
qualify row_number() over (
  partition by a.as_of, l.feed, l.record_key order by l.confidence desc, l.landlord, l.tenancy_no, l.known_on
) = 1
