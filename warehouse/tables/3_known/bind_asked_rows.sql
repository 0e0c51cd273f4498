-- one row: a tenancy that is asked for on an as-of date
-- why: rows of many different days cost what they are, not the whole town on each of these days
create or replace temp table asked_tenancy as
select distinct
  unnest($dates::date[]) as as_of,
  unnest($landlords::varchar[]) as landlord,
  unnest($tenancy_nos::varchar[]) as tenancy_no
