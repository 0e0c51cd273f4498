-- one statement: what was counted for a night goes, before it is counted again
delete from watch_count where as_of = $as_of
