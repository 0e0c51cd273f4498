-- one row: a version of what the team answered of a record that could not be linked, from the day it became known until the next version did
-- why: what was known on a day can be told on any later day; identical rows in a row are one version
with in_order as (
    select
        *,
        row(
            retracted, identity_mac,
            feed, record_key, answer, landlord, tenancy_no, person_id
        ) as told
    from delivered_link_answers
),

compared as (
    select
        *,
        lag(told) over canonical as told_before,
        row_number() over canonical as place
    from in_order
    window canonical as (
        partition by feed, record_key
        order by known_on, delivered_on, file_name, line_no, delivery_id
    )
),

versions as (
    select *
    from compared
    where place = 1 or told is distinct from told_before
)

select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac,
    feed, record_key, answer, landlord, tenancy_no, person_id,
    lead(known_on) over (partition by feed, record_key order by place) as superseded_on
from versions
