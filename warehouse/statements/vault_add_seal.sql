-- one row: a sealed text by its name
-- why: written once, when the vault is new
insert into seal (name, sealed)
values ($name, $sealed)
