-- one row: a version of a concern notification that was ever in force, and the vault's name for whom it names
-- why: a concern is linked by name and address where its person was not known by number on the day it came
with number_known as (
    select person_id, min(known_on) as number_known_on
    from (
        select person_id, known_on from fact_persons
        union all
        select person_id, known_on from fact_tenancies
    )
    where person_id is not null
    group by person_id
)

select
    'concerns' as feed, c.concern_no as record_key, c.identity_mac, coalesce(c.retracted, false) as retracted,
    cast(null as varchar) as landlord, c.postal_code, cast(c.received_at as date) as told_of_on,
    n.number_known_on is null or n.number_known_on > c.known_on as asks, c.known_on, c.superseded_on
from fact_concerns as c
left join number_known as n on c.person_id = n.person_id
where c.superseded_on is null or c.superseded_on > c.known_on
order by record_key, c.known_on
