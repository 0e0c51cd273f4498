-- one row: how many days after a demand became known its tenancy is looked at
-- why: everybody is then compared at the same stage
create or replace temp table fixed_stage as select $days_after::integer as days_after
