-- one row: a rule that a row of the delivery $delivery_id broke
-- why: a delivery that is taken in anew is judged anew
delete from quarantine
where delivery_id = $delivery_id
