-- one row: an identity of the record with $record_mac, and the first row that told it
-- why: someone who may see it looks up one name; by its index, which the planner would pass over for a scan of the kind
select identity_mac, known_on, delivery_id, line_no, sealed
from identity indexed by identity_by_record
where kind = $kind and record_mac = $record_mac
