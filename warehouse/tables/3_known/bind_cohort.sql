-- one row: who is in the cohort; an empty list leaves nobody out
-- why: a municipality says for whom it wants to be warned; see CohortDefinition
create or replace temp table cohort_definition as
select
  $tenures::varchar[] as tenures,
  $dwellings::varchar[] as dwellings,
  $landlords::varchar[] as landlords,
  $without_stages::varchar[] as without_stages
