-- one row: the tenancy (for tenancies: the person) that a record was linked to, from the day it could first be decided
-- why: letters that name only a person and an address count for the right home, and for no other
select
    feed, record_key, landlord, tenancy_no, person_id, confidence, method, known_on, superseded_on
from decided_links
order by feed, record_key, known_on
