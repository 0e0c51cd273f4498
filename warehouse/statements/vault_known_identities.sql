-- one row: an identity that the vault holds, and the first row that told it
-- why: an identity is written once, however often it is delivered
select identity_mac, known_on, delivery_id, line_no
from identity
where kind = $kind
