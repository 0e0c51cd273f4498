-- one row: a past cohort whose outcome is looked up, and how far ahead
-- why: outcomes of many cohorts come through the door of one later day
create or replace temp table past_date as
select distinct unnest($dates::date[]) as as_of, $horizon_days::integer as horizon_days
