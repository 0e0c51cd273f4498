-- one row: a sanction, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, sanction_no,
    kind, decided_on, effective_from, amount_dkk, person_id
from accepted_rows
