-- one row: a tenancy that was active on an as-of date, as known before it
-- why: the population of everything later; row_no stands for (as_of, landlord, tenancy_no) within one batch
select
  cast(row_number() over (order by as_of, landlord, tenancy_no) as integer) as row_no,
  as_of,
  landlord,
  tenancy_no,
  person_id,
  home_id,
  postal_code,
  moved_in_on,
  monthly_rent_dkk,
  dwelling,
  coalesce(tenure, 'non_profit') as tenure,
  rooms,
  size_m2,
  municipal_referral,
  rent_reduction_ends_on
from known_tenancies
where moved_in_on <= as_of and (moved_out_on is null or moved_out_on > as_of)
