-- one row: a record that waits for a person's answer on an as-of date, and what it tells without naming anybody
-- why: the oldest and most urgent first; identity_mac names the vault's version of the name and address in it. A
--   concern is there without its sender and category, as with a case's events: whoever decides reads the text itself
with told as (
  select as_of, 'notices' as feed, source || '/' || notice_no as record_key, identity_mac, kind,
    cast(null as varchar) as urgency, source as sender, issued_on as told_on,
    cast(amount_dkk as decimal(12, 2)) as amount_dkk, cast(null as varchar) as landlord,
    cast(null as varchar) as tenancy_no
  from known_notices
  union all
  select as_of, 'concerns', concern_no, identity_mac, 'concern', urgency, null, cast(received_at as date), null, null,
    null
  from known_concerns
  union all
  select as_of, 'tenancies', landlord || '/' || tenancy_no, identity_mac, 'tenant', null, landlord, moved_in_on, null,
    landlord, tenancy_no
  from known_tenancies
)
select w.as_of, w.feed, w.record_key, w.waiting_since, t.* exclude (as_of, feed, record_key)
from known_link_waiting as w
join told as t using (as_of, feed, record_key)
