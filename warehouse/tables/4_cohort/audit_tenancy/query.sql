-- one row: an active tenancy on an as-of date and its tenant's protected attributes
-- why: fairness is measured with these; no feature and no matrix reads this table
-- steps: main_benefit = the tenant's current benefit, the one with most pay where there are several
with tenant as (
  select distinct as_of, person_id from active_tenancy
),
main_benefit as (
  select as_of, person_id, arg_max(kind, (coalesce(monthly_dkk, 0), kind)) as kind
  from known_benefits
  join tenant using (as_of, person_id)
  where valid_from < as_of and (valid_to is null or valid_to >= as_of) and kind <> 'housing_benefit'
  group by all
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(p.sex, 'unknown') as sex,
  case
    when p.birth_year is null then 'unknown'
    when year(t.as_of) - p.birth_year < 25 then '18-24'
    when year(t.as_of) - p.birth_year < 40 then '25-39'
    when year(t.as_of) - p.birth_year < 65 then '40-64'
    else '65+'
  end as age_band,
  coalesce(p.household, 'unknown') as household,
  case when p.children is null then 'unknown' when p.children > 0 then 'yes' else 'no' end as children,
  coalesce(p.origin, 'unknown') as origin,
  t.tenure,
  t.postal_code as district,
  coalesce(b.kind, case when s.benefits then 'none' else 'unknown' end) as benefit
from active_tenancy as t
join row_source as s using (row_no)
left join known_persons as p on p.as_of = t.as_of and p.person_id = t.person_id
left join main_benefit as b on b.as_of = t.as_of and b.person_id = t.person_id
