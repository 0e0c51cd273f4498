-- one row: a version of a tenancy that was ever in force, and the vault's name for who lived there
-- why: whom a letter can speak of: the tenancy's name, address and period as known on each day
select
    landlord, tenancy_no, identity_mac, coalesce(retracted, false) as retracted,
    postal_code, home_id, person_id, moved_in_on, moved_out_on, known_on, superseded_on
from fact_tenancies
where superseded_on is null or superseded_on > known_on
order by landlord, tenancy_no, known_on
