-- one row: a record that could not be linked by itself, with the reason and how near the nearest candidate came
-- why: what is uncertain is answered by a person; nothing is dropped, nothing is attached to a home by guessing
select feed, record_key, known_on, reason, candidate_count, best_confidence
from undecided_records
order by feed, record_key
