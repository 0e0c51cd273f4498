-- one row: a version of a contact the team made, from the day it became known until the next version did
-- why: what was known on a day can be told on any later day; identical rows in a row are one version
with in_order as (
    select
        *,
        row(
            retracted, identity_mac,
            contact_no, landlord, tenancy_no, contacted_on, channel, reached, intervention, outcome,
            person_id
        ) as told
    from delivered_contacts
),

compared as (
    select
        *,
        lag(told) over canonical as told_before,
        row_number() over canonical as place
    from in_order
    window canonical as (
        partition by contact_no
        order by known_on, delivered_on, file_name, line_no, delivery_id
    )
),

versions as (
    select *
    from compared
    where place = 1 or told is distinct from told_before
)

select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, contact_no,
    landlord, tenancy_no, contacted_on, channel, reached, intervention, outcome, person_id,
    lead(known_on) over (partition by contact_no order by place) as superseded_on
from versions
