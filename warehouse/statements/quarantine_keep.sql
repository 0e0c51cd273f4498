-- one row: a rule that a row of a delivery broke
-- why: nothing is dropped; the row itself stays in the vault
select delivery_id, line_no, rule, column_name
from broken_rows
