-- one row: a version of a registered person that was ever in force, and the vault's name for the person
-- why: a tenant's registered name, and the others of the household whom a letter may name instead
select
    person_id, identity_mac, coalesce(retracted, false) as retracted,
    home_id, coalesce(protected, false) as protected, known_on, superseded_on
from fact_persons
where superseded_on is null or superseded_on > known_on
order by person_id, known_on
