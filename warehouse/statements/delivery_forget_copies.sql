-- one row: the account of a copy of the delivery $delivery_id
-- why: the first file now says something else, so that the copy must be taken in on its own
delete from delivery
where delivery_id = $delivery_id and feed = $feed and status = 'copy'
