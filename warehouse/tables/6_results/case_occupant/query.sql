-- one row: a person who lived in an active tenancy on an as-of date: the tenant, or someone else at the address
-- why: whoever may see names finds in the vault who it is; identity_mac names the version that was in force
select
  r.as_of,
  r.landlord,
  r.tenancy_no,
  r.person_id,
  case when r.person_id = t.person_id then 'tenant' else 'occupant' end as role,
  p.identity_mac
from known_resident as r
join active_tenancy as t using (as_of, landlord, tenancy_no)
left join known_persons as p on p.as_of = r.as_of and p.person_id = r.person_id
