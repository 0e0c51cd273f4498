-- one row: an application for a benefit, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_benefit_applications
where delivery_id = $delivery_id
