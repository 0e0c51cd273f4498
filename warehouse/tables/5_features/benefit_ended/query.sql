-- one row: a benefit of a resident that ended before an as-of date, without another of its family following
-- why: an income that stopped; read by features and reasons alike
select b.*
from resident_benefit as b
where b.valid_to < b.as_of
  and not exists (
    select 1
    from resident_benefit as n
    where n.row_no = b.row_no
      and n.person_id = b.person_id
      and n.family = b.family
      and n.valid_from <= b.valid_to + 31
      and (n.valid_to is null or n.valid_to > b.valid_to)
  )
