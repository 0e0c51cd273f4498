-- one row: an application for a benefit, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac,
    application_no, kind, applied_on, decided_on, outcome, amount_dkk, person_id
from accepted_rows
