-- one row: a discharge from a ward or a prison, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, discharge_no,
    ward, discharged_on, notified_on, person_id
from accepted_rows
