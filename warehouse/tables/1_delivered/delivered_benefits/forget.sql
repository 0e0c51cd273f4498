-- one row: a benefit over a period, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_benefits
where delivery_id = $delivery_id
