-- one row: a record that could not be linked by itself
-- why: the queue is made anew with the links
delete from link_queue
