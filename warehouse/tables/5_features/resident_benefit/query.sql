-- one row: a benefit period of a person who lives in an active tenancy
-- why: what comes in each month, against the rent; one place that says which kinds are alike
-- steps: from 1 July 2025 cash, education and self-support benefit are one cash benefit, so they count as one family
--   throughout: a change among them is no end; pensions are one family, and so are the other transfers
select
  t.row_no,
  t.as_of,
  b.person_id,
  b.kind,
  case
    when b.kind in ('cash_benefit', 'education_benefit', 'self_support_benefit') then 'cash'
    when b.kind in ('disability_pension', 'state_pension', 'partial_pension') then 'pension'
    when b.kind in ('resource_benefit', 'sickness_benefit', 'other') then 'transfer'
    else b.kind
  end as family,
  b.valid_from,
  b.valid_to,
  b.monthly_dkk
from known_benefits as b
join known_resident as r using (as_of, person_id)
join active_tenancy as t using (as_of, landlord, tenancy_no)
where b.valid_from < b.as_of
