-- one row: another record that touches a delivery: the same bytes under another name, or other bytes under its name
-- why: the first name counts for bytes that came twice, the last bytes for a name that came twice
select delivery_id, file_name, delivered_on, status, layout, sender, rows_read, quarantined, warnings
from delivery
where feed = $feed
    and status in ('taken', 'copy')
    and (
        (delivery_id = $delivery_id and file_name <> $file_name)
        or (delivery_id <> $delivery_id and file_name = $file_name)
    )
order by delivered_on, file_name
