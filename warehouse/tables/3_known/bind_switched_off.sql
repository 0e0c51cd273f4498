-- one row: a feed that the source register has switched off
-- why: the door of such a feed is shut: nothing of it reaches a feature, a stage or a reason
create or replace temp table switched_off as select distinct unnest($feeds::varchar[]) as feed
