-- one row: a tenancy and the day so many days after the first payment demand of an episode became known
-- why: at a fixed stage everybody is equally far: what then tells who goes on to court is not how far they had come
-- steps: demand = demands as known on each day; fresh = those that became known so many days before it, and are not
--   older than a demand stands (182 days; a history delivered at once would else begin an episode for each of its
--   tenancies). First = none issued in the 182 days before it, and none known in the 182 days before it was known: a
--   demand that arrives late begins no second episode.
with demand as materialized (
  select as_of, landlord, tenancy_no, issued_on, told_on
  from known_notices
  where kind = 'payment_demand' and landlord is not null and tenancy_no is not null and issued_on < as_of
),
fresh as (
  select d.*
  from demand as d
  cross join fixed_stage as f
  where d.told_on + f.days_after = d.as_of and d.issued_on >= d.as_of - interval 182 day
)
select distinct f.as_of, f.landlord, f.tenancy_no
from fresh as f
where not exists (
  select 1
  from demand as e
  where e.as_of = f.as_of
    and e.landlord = f.landlord
    and e.tenancy_no = f.tenancy_no
    and (
      (e.issued_on < f.issued_on and e.issued_on >= f.issued_on - interval 182 day)
      or (e.told_on < f.told_on and e.told_on >= f.told_on - interval 182 day)
    )
)
