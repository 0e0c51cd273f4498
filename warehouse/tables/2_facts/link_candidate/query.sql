-- one row: a home or person that a record in the queue may be about, the days on which it could be found, and the odds
-- why: whoever decides must see what the record may mean, as it was known on the day
select feed, record_key, landlord, tenancy_no, person_id, is_household, odds, known_on, superseded_on
from waiting_candidates
order by feed, record_key, landlord, tenancy_no, person_id, known_on, odds, is_household, superseded_on
