-- one row: a tenancy on a landlord's arrears list, as the delivery $delivery_id told it
-- why: a delivery that is taken in anew replaces what it said before
delete from delivered_arrears
where delivery_id = $delivery_id
