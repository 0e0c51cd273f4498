-- one row: a sealed text by its name
-- why: opening it tells whether the key is the vault's own
select sealed
from seal
where name = $name
