-- one row: a person who lived in an active tenancy on an as-of date
-- why: what the municipality knows of a person counts for the home: the tenant, and persons at the same address
with active as (
  select as_of, landlord, tenancy_no, person_id, home_id
  from known_tenancies
  where moved_in_on <= as_of and (moved_out_on is null or moved_out_on > as_of)
),
living as (
  select as_of, person_id, home_id
  from known_persons
  where home_id is not null
    and (deceased_on is null or deceased_on >= as_of)
    and (left_municipality_on is null or left_municipality_on >= as_of)
)
select as_of, person_id, landlord, tenancy_no
from active
where person_id is not null
union
select a.as_of, l.person_id, a.landlord, a.tenancy_no
from active as a
join living as l using (as_of, home_id)
