-- one row: something that was followed through ($what)
-- why: it need not be made anew
delete from unsettled where what = $what
