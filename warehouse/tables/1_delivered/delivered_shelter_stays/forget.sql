-- one row: a stay at a shelter, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_shelter_stays
where delivery_id = $delivery_id
