-- one row: one of the five likeliest homes (for tenancies: persons) that a waiting record may be about
-- why: side by side they show what a person has to decide; probability = odds over all candidates' odds and 'none of them'
with weighed as (
  select *,
    round(odds / (1 + sum(odds) over (partition by as_of, feed, record_key)), 6) as probability
  from known_link_candidate
),
placed as (
  select *,
    row_number() over (
      partition by as_of, feed, record_key order by probability desc, landlord, tenancy_no, person_id
    ) as place
  from weighed
)
select p.as_of, p.feed, p.record_key, p.place, p.landlord, p.tenancy_no, p.person_id, p.is_household, p.probability,
  t.identity_mac
from placed as p
join queue_letter as q using (as_of, feed, record_key)
left join known_tenancies as t on t.as_of = p.as_of and t.landlord = p.landlord and t.tenancy_no = p.tenancy_no
where p.place <= 5
