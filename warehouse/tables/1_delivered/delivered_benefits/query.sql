-- one row: a benefit over a period, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, kind,
    valid_from, valid_to, monthly_dkk, person_id
from accepted_rows
