-- one row: what a person answered of a record, from the day the answer became known until it was replaced or taken back
-- why: what is uncertain is decided by a person; an answer that was taken back the same day never counted
select feed, record_key, answer, landlord, tenancy_no, person_id, known_on as answered_on, superseded_on as replaced_on
from fact_link_answers
where not coalesce(retracted, false) and (superseded_on is null or superseded_on > known_on)
order by feed, record_key, known_on
