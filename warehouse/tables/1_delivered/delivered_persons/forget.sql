-- one row: a person of the register, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_persons
where delivery_id = $delivery_id
