-- one row: the account of the delivery $delivery_id under the name $file_name
-- why: it is written anew
delete from delivery
where delivery_id = $delivery_id and feed = $feed and file_name = $file_name
