-- one row: a notice about an active tenancy, issued and known before an as-of date
-- why: notices are looked up by tenancy once; stage, deadlines, features and reasons read this
-- steps: closed_on = the last withdrawn, settled or paid notice; a notice is answered where one follows it
with notice as (
  select
    t.row_no,
    t.as_of,
    n.* exclude (
      as_of, landlord, tenancy_no, delivery_id, line_no, file_name, identity_mac, postal_code, home_id
    )
  from known_notices as n
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where n.issued_on < n.as_of
)
select
  *,
  coalesce(
    issued_on <= max(case when kind in ('withdrawn', 'settled', 'paid') then issued_on end) over (partition by row_no),
    false
  ) as is_answered
from notice
