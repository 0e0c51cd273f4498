-- one row: a version of a discharge from a ward or a prison
-- why: facts are made anew from everything delivered, so that the order of arrival plays no part
delete from fact_discharges
