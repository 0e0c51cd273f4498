-- one row: something to be followed through
-- why: the run makes these anew
select what from unsettled order by what
