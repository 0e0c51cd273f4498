-- one row: the account of the delivery $delivery_id under the name $file_name
-- why: another file has taken its place
update delivery
set status = $status
where delivery_id = $delivery_id and feed = $feed and file_name = $file_name
