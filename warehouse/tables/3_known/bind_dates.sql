-- one row: an as-of date that is being built
-- why: binds the door; every known_ relation shows what was known before each of these dates
create or replace temp table as_of_date as select distinct unnest($dates::date[]) as as_of
