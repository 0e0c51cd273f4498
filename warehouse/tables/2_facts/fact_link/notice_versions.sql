-- one row: a version of a notice that was ever in force, and the vault's name for whom it names
-- why: a notice that names no tenancy is linked by name and address, anew when a correction changes these
select
    'notices' as feed, source || '/' || notice_no as record_key, identity_mac, coalesce(retracted, false) as retracted,
    landlord, postal_code, issued_on as told_of_on,
    landlord is null or tenancy_no is null as asks, known_on, superseded_on
from fact_notices
where superseded_on is null or superseded_on > known_on
order by record_key, known_on
