-- one row: the account of one delivery, as the intake report shows it
-- why: accepted + duplicate + quarantined = rows read; accepted are the rows that became a version of a fact
with versions as (
    select delivery_id, count(*) as accepted
    from (
        select delivery_id from fact_persons
        union all by name select delivery_id from fact_tenancies
        union all by name select delivery_id from fact_rent_postings
        union all by name select delivery_id from fact_arrears
        union all by name select delivery_id from fact_notices
        union all by name select delivery_id from fact_concerns
        union all by name select delivery_id from fact_sanctions
        union all by name select delivery_id from fact_benefits
        union all by name select delivery_id from fact_benefit_applications
        union all by name select delivery_id from fact_shelter_stays
        union all by name select delivery_id from fact_support_courses
        union all by name select delivery_id from fact_missed_appointments
        union all by name select delivery_id from fact_discharges
        union all by name select delivery_id from fact_contacts
        union all by name select delivery_id from fact_link_answers
    )
    group by delivery_id
),

records as (
    select 'tenancies' as feed, landlord || '/' || tenancy_no as record_key, delivery_id from fact_tenancies
    union all
    select 'notices', source || '/' || notice_no, delivery_id from fact_notices
    union all
    select 'concerns', concern_no, delivery_id from fact_concerns
    union all
    select 'contacts', contact_no, delivery_id from fact_contacts
),

unlinked as (
    select r.delivery_id, count(distinct r.record_key) as unlinked
    from records as r
    semi join link_queue as q on r.feed = q.feed and r.record_key = q.record_key
    group by r.delivery_id
),

rules as (
    select delivery_id, string_agg(rule || ' (' || column_name || '): ' || rows, '; ' order by rule, column_name) as broken_rules
    from (
        select delivery_id, rule, column_name, count(*) as rows
        from quarantine
        group by delivery_id, rule, column_name
    )
    group by delivery_id
),

counted as (
    select
        d.*,
        case when d.status = 'taken' then r.broken_rules end as broken_rules,
        case when d.status = 'taken' then coalesce(v.accepted, 0) else 0 end as accepted,
        case when d.status = 'taken' then coalesce(u.unlinked, 0) else 0 end as unlinked
    from delivery as d
    left join versions as v on d.delivery_id = v.delivery_id
    left join unlinked as u on d.delivery_id = u.delivery_id
    left join rules as r on d.delivery_id = r.delivery_id
)

select
    feed,
    file_name as file,
    delivered_on,
    rows_read,
    accepted::integer as accepted,
    (rows_read - quarantined - accepted)::integer as duplicate,
    quarantined,
    unlinked::integer as unlinked,
    layout,
    status,
    reason,
    explanation,
    broken_rules,
    unknown_columns,
    warnings
from counted
order by delivered_on, feed, file_name, delivery_id
