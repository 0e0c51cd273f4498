-- one row: an identity that is named by one of the macs in $macs (a JSON array), and the first row that told it
-- why: whoever may see names needs those of a page, not of the town; the cross join looks each mac up by its key
select i.identity_mac, i.known_on, i.delivery_id, i.line_no, i.sealed
from json_each($macs) as asked
cross join identity as i
where i.kind = $kind and i.identity_mac = asked.value
