-- one row: which notices count as the outcome
-- why: a municipality says what it wants to be warned of; see OutcomeDefinition
create or replace temp table outcome_definition as
select $kinds::varchar[] as kinds, $grounds::varchar[] as grounds
