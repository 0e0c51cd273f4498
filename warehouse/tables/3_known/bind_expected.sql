-- one row: how often a sender of a feed is expected to deliver; without a sender: any sender of the feed
-- why: a source that stays away longer than agreed is said to be late
create or replace temp table expected_delivery as
select
  unnest($feeds::varchar[]) as feed,
  unnest($senders::varchar[]) as sender,
  unnest($days::integer[]) as expected_every_days
