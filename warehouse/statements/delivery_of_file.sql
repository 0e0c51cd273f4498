-- one row: what is recorded of the delivery $delivery_id under the name $file_name
-- why: what was taken in and read as well as it can be is not taken in again
select status, quarantined, layout_digest, delivered_on
from delivery
where delivery_id = $delivery_id and feed = $feed and file_name = $file_name
