-- one row: a notification of concern, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, concern_no,
    received_at, sender, category, urgency, postal_code, person_id, home_id
from accepted_rows
