-- one row: an active tenancy with notices, and which of them were still open on an as-of date
-- why: the stage, and every feature and deadline that asks whether a notice still stands
-- steps: a payment demand stands until it is paid, settled or withdrawn, the balance was cleared after it, or 182 days
--   went by (half a year: the landlord must begin again); a termination and a court case stand until withdrawn,
--   settled or paid, or for 540 days (cases take up to a year); an executed eviction or a move closes the tenancy
with clear_day as (
  select row_no, on_day from ledger_day where balance_dkk <= 0
  union all
  select row_no, stated_on from list_balance where balance_dkk <= 0
),
cleared as (
  select row_no, max(on_day) as cleared_on from clear_day group by row_no
)
select
  n.row_no,
  bool_or(n.kind in ('evicted', 'moved_out')) as is_closed,
  max(case
    when n.kind in ('court_request', 'court_hearing', 'onsite_scheduled')
      and not n.is_answered and n.issued_on >= n.as_of - interval 540 day
      then n.issued_on
  end) as open_court_on,
  max(case
    when n.kind = 'termination' and not n.is_answered and n.issued_on >= n.as_of - interval 540 day then n.issued_on
  end) as open_termination_on,
  max(case
    when n.kind = 'payment_demand' and not n.is_answered and n.issued_on >= n.as_of - interval 182 day
      and not coalesce(c.cleared_on >= n.issued_on, false)
      then n.issued_on
  end) as open_demand_on
from tenancy_notice as n
left join cleared as c using (row_no)
group by n.row_no
