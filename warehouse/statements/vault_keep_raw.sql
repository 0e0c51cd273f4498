-- one row: a chunk of the raw rows of one delivery
-- why: what was delivered is kept as it stood
insert into raw_chunk (delivery_id, first_line, last_line, sealed)
values ($delivery_id, $first_line, $last_line, $sealed)
