-- one row: a notice from a landlord or the bailiff court, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, source,
    notice_no, kind, issued_on, deadline_on, hearing_on, amount_dkk, ground, landlord, tenancy_no,
    postal_code, home_id
from accepted_rows
