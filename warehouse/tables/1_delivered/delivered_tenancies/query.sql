-- one row: a tenancy, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, landlord,
    tenancy_no, estate, postal_code, moved_in_on, moved_out_on, monthly_rent_dkk, dwelling, tenure,
    rooms, size_m2, municipal_referral, rent_reduction_ends_on, person_id, home_id
from accepted_rows
