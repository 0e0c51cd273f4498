-- one row: a tenancy on a landlord's arrears list, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, landlord,
    tenancy_no, stated_on, arrears_dkk, oldest_due_on, reminders, payment_plan
from accepted_rows
