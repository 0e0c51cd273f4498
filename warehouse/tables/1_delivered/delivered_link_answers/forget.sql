-- one row: what the team answered of a record that could not be linked, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_link_answers
where delivery_id = $delivery_id
