-- one row: a person of the register, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, birth_year,
    sex, origin, household, children, postal_code, protected, deceased_on, left_municipality_on,
    person_id, home_id
from accepted_rows
