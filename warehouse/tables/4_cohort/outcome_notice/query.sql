-- one row: a notice of a kind and on a ground that count as the outcome, as known on the later day
-- why: one answer for who had the outcome, and for whom it may have happened without being linked
-- steps: a notice without a ground is one of arrears; landlord and tenancy_no are null where none could be linked
select n.source, n.notice_no, n.landlord, n.tenancy_no, n.home_id, n.issued_on
from known_notices as n
cross join outcome_definition as d
where list_contains(d.kinds, n.kind)
  and list_contains(d.grounds, coalesce(n.ground, 'arrears'))
  and n.issued_on < n.as_of
