-- one row: a tenancy on an as-of date: the home and its rent
-- why: new and dear tenancies break more often; a rent reduction that tapers off is a fall of income with a date
select
  as_of,
  landlord,
  tenancy_no,
  date_diff('day', moved_in_on, as_of) as tenancy_days,
  cast(date_diff('day', moved_in_on, as_of) < 365 as integer) as new_tenancy_flag,
  cast(monthly_rent_dkk as double) as monthly_rent_dkk,
  cast(monthly_rent_dkk as double) / nullif(size_m2, 0) as rent_per_m2_dkk,
  size_m2,
  rooms as rooms_count,
  cast(dwelling = 'family' as integer) as family_home_flag,
  cast(tenure = 'private' as integer) as private_landlord_flag,
  cast(municipal_referral as integer) as municipal_referral_flag,
  case
    when rent_reduction_ends_on >= as_of then date_diff('day', as_of, rent_reduction_ends_on)
  end as rent_reduction_left_days,
  cast(coalesce(
    rent_reduction_ends_on < as_of + interval 3 month and rent_reduction_ends_on >= as_of - interval 6 month, false
  ) as integer) as rent_reduction_ending_flag
from active_tenancy
