-- one row: a notice from a landlord or the bailiff court, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_notices
where delivery_id = $delivery_id
