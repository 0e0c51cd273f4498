-- one row: the account of one delivery
-- why: rows read = accepted + duplicate + quarantined, for every file that was ever delivered
insert into delivery (
    delivery_id, feed, file_name, delivered_on, sender, layout, layout_digest, status, reason, rows_read,
    quarantined, explanation, unknown_columns, warnings
)
values (
    $delivery_id, $feed, $file_name, $delivered_on, $sender, $layout, $layout_digest, $status, $reason, $rows_read,
    $quarantined, $explanation, $unknown_columns, $warnings
)
