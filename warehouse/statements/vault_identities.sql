-- one row: an identity of one record, and the first row that told it
-- why: linking compares names and addresses
select identity_mac, known_on, delivery_id, line_no, sealed
from identity
where kind = $kind
