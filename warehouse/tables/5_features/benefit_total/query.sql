-- one row: an active tenancy whose residents have had benefits, and what these came to a month, now and before
-- why: rent burden and falls of income; a benefit without an amount counts as a benefit, not as money
select
  row_no,
  count(case when valid_to is null or valid_to >= as_of then 1 end) as current_count,
  sum(case when valid_to is null or valid_to >= as_of then monthly_dkk end) as now_dkk,
  sum(case
    when valid_from < as_of - interval 3 month and (valid_to is null or valid_to >= as_of - interval 3 month)
      then monthly_dkk
  end) as at_3_dkk,
  sum(case
    when valid_from < as_of - interval 6 month and (valid_to is null or valid_to >= as_of - interval 6 month)
      then monthly_dkk
  end) as at_6_dkk
from resident_benefit
group by row_no
