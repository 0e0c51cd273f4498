-- one row: an identity of the record with $record_mac, and the first row that told it
-- why: someone who may see it looks up one name
select identity_mac, known_on, delivery_id, line_no, sealed
from identity
where kind = $kind and record_mac = $record_mac
