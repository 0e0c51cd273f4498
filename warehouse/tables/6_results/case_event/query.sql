-- one row: something that happened to an active tenancy or to those who live there, in the 24 months before an as-of date
-- why: a case shows what a reason may cite, each with its day, its source and since when it has been known
-- steps: known_on is that of the row as it stands, for a notice the first day it was known to be about the tenancy;
--   a concern that tells of illness, substance use or crime is there as received, without saying so: neither its sender
--   nor its category; fact names the row, as reasons and deadlines do
with happened as (
  select
    n.row_no, n.kind, n.issued_on as happened_on, n.told_on as known_on, coalesce(n.hearing_on, n.deadline_on) as due_on,
    n.amount_dkk, n.ground as detail, null::varchar as channel, 'notices' as source,
    case when n.source = 'landlord' then t.landlord else n.source end as sender,
    'notices:' || n.source || '/' || n.notice_no as fact
  from tenancy_notice as n
  join active_tenancy as t using (row_no)
  union all
  select
    t.row_no, case when c.urgency = 'acute' then 'acute_concern' else 'concern' end, cast(c.received_at as date),
    c.known_on, null, null, case when told.is_neutral then c.category end, null, 'concerns',
    case when told.is_neutral then c.sender end, 'concerns:' || c.concern_no
  from known_concerns as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  cross join lateral (
    select
      c.sender not in ('psychiatry', 'substance_treatment', 'police')
      and c.category not in ('substance_use', 'mental_health', 'discharge') as is_neutral
  ) as told
  where c.received_at < c.as_of
  union all
  select
    t.row_no, 'contact', c.contacted_on, c.known_on, null, null,
    coalesce(c.outcome, case when c.reached then 'reached' else 'not_reached' end), c.channel, 'contacts', null,
    'contacts:' || c.contact_no
  from known_contacts as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  union all
  select
    t.row_no, 'intervention', c.contacted_on, c.known_on, null, null, c.intervention, c.channel, 'contacts', null,
    'contacts:' || c.contact_no
  from known_contacts as c
  join active_tenancy as t using (as_of, landlord, tenancy_no)
  where c.intervention <> 'none'
  union all
  select row_no, kind, happened_on, known_on, null, amount_dkk, null, null, source, sender, fact from case_posting_event
  union all
  select row_no, kind, happened_on, known_on, null, amount_dkk, detail, null, source, null, fact from case_person_event
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  h.happened_on,
  h.known_on,
  h.kind,
  cast(h.amount_dkk as decimal(12, 2)) as amount_dkk,
  h.detail,
  h.source,
  h.sender,
  h.channel,
  h.due_on,
  h.fact
from happened as h
join active_tenancy as t using (row_no)
where h.happened_on < t.as_of and h.happened_on >= t.as_of - interval 24 month
