-- one row: a contact the team made, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, contact_no,
    landlord, tenancy_no, contacted_on, channel, reached, intervention, outcome, person_id
from accepted_rows
