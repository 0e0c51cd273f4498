-- one row: the days on which a record could not be linked and nobody had answered
-- why: what waited on a day can be told on any later day
select feed, record_key, known_on, superseded_on
from waiting_spans
order by feed, record_key, known_on
