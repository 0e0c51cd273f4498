-- one row: a discharge from a ward or a prison, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_discharges
where delivery_id = $delivery_id
