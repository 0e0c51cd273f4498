-- one row: a chunk of the raw rows of one delivery, where it holds a line from $first_line to $last_line
-- why: someone looks at what was quarantined
select first_line, sealed
from raw_chunk
where delivery_id = $delivery_id and last_line >= $first_line and first_line <= $last_line
order by first_line
