-- one statement: what was counted for a night, small groups too; what may be told of it is published
insert into watch_count by name select * from counted_now
