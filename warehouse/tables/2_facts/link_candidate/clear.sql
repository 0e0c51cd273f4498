-- one row: a home or person that a record in the queue may be about, the days on which it could be found, and the odds
-- why: the queue is made anew with the links
delete from link_candidate
