-- one row: a column of the warehouse's table $name, with its type, in the table's order
-- why: a kept table whose query has other columns than it had is made anew
select column_name, data_type
from duckdb_columns()
where table_name = $name and not internal and database_name = current_database()
order by column_index
