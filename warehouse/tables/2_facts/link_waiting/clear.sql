-- one row: the days on which a record could not be linked and nobody had answered
-- why: the queue is made anew with the links
delete from link_waiting
