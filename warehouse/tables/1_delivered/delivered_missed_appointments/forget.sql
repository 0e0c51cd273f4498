-- one row: an appointment that was missed, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_missed_appointments
where delivery_id = $delivery_id
