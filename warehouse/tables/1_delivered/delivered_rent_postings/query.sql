-- one row: a posting in a landlord's ledger, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, landlord,
    posting_no, tenancy_no, posted_on, due_on, kind, amount_dkk
from accepted_rows
