-- one row: a tenancy of the warehouse and an as-of date that is being built
-- why: a night asks for the whole town; which of these had moved in is for the door to say
create or replace temp table asked_tenancy as
select a.as_of, f.landlord, f.tenancy_no
from as_of_date as a
cross join (select distinct landlord, tenancy_no from fact_tenancies) as f
