-- one row: a posting in a landlord's ledger, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_rent_postings
where delivery_id = $delivery_id
