-- one row: a version of a tenancy, from the day it became known until the next version did
-- why: what was known on a day can be told on any later day; identical rows in a row are one version
with in_order as (
    select
        *,
        row(
            retracted, identity_mac,
            landlord, tenancy_no, estate, postal_code, moved_in_on, moved_out_on, monthly_rent_dkk,
            dwelling, tenure, rooms, size_m2, municipal_referral, rent_reduction_ends_on, person_id,
            home_id
        ) as told
    from delivered_tenancies
),

compared as (
    select
        *,
        lag(told) over canonical as told_before,
        row_number() over canonical as place
    from in_order
    window canonical as (
        partition by landlord, tenancy_no
        order by known_on, delivered_on, file_name, line_no, delivery_id
    )
),

versions as (
    select *
    from compared
    where place = 1 or told is distinct from told_before
)

select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, landlord,
    tenancy_no, estate, postal_code, moved_in_on, moved_out_on, monthly_rent_dkk, dwelling, tenure,
    rooms, size_m2, municipal_referral, rent_reduction_ends_on, person_id, home_id,
    lead(known_on) over (partition by landlord, tenancy_no order by place) as superseded_on
from versions
