-- one row: an active tenancy on an as-of date, and whether children live there as far as is known
-- why: the list must say so (retssikkerhedsloven § 5 a asks for help at once where there are children); no model input
select t.as_of, t.landlord, t.tenancy_no, bool_or(p.children > 0) as has_children
from cohort_tenancy as t
left join known_resident as r using (as_of, landlord, tenancy_no)
left join known_persons as p on p.as_of = t.as_of and p.person_id = r.person_id
group by all
