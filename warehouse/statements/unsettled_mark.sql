-- one row: something to be followed through ($what): a feed whose facts, or the links, must be made anew
-- why: a run that is killed in between leaves it to the next
insert or ignore into unsettled values ($what)
