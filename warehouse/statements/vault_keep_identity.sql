-- one row: an identity of one record, and the first row that told it
-- why: names and addresses are kept sealed, once for each version
insert or replace into identity (kind, identity_mac, record_mac, known_on, delivery_id, line_no, sealed)
values ($kind, $identity_mac, $record_mac, $known_on, $delivery_id, $line_no, $sealed)
