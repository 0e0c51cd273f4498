-- one row: a chunk of the raw rows of one delivery
-- why: a delivery that is taken in anew replaces what was kept of it
delete from raw_chunk
where delivery_id = $delivery_id
