-- one row: a contact with an active tenancy, as it was known on an as-of date
-- why: who was reached or has agreed lately is not issued again as an early warning
select c.as_of, c.landlord, c.tenancy_no, c.contact_no, c.contacted_on, c.reached, c.outcome
from known_contacts as c
join cohort_tenancy as t using (as_of, landlord, tenancy_no)
where c.contacted_on < c.as_of
