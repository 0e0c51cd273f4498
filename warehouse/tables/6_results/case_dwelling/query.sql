-- one row: an active tenancy on an as-of date, its home and the household in it as far as is known
-- why: whoever opens a case must know where, with children or not, and whether the address is protected
-- steps: people = of those known to live there: children, a protected address; a landlord that writes a protected
--   address leaves the home without a pseudonym; identity_mac names the vault's version of name and address
with people as (
  select
    r.as_of,
    r.landlord,
    r.tenancy_no,
    bool_or(p.children > 0) as children,
    bool_or(p.protected) as protected
  from known_resident as r
  join known_persons as p using (as_of, person_id)
  group by all
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  t.home_id,
  t.postal_code as district,
  k.estate,
  cast(t.monthly_rent_dkk as decimal(12, 2)) as rent_dkk,
  t.moved_in_on,
  o.children,
  p.household,
  coalesce(o.protected, false) or t.home_id is null as address_protected,
  k.identity_mac
from active_tenancy as t
join known_tenancies as k using (as_of, landlord, tenancy_no)
left join people as o using (as_of, landlord, tenancy_no)
left join known_persons as p on p.as_of = t.as_of and p.person_id = t.person_id
