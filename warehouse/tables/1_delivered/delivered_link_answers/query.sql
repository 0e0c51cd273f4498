-- one row: what the team answered of a record that could not be linked, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac,
    feed, record_key, answer, landlord, tenancy_no, person_id
from accepted_rows
