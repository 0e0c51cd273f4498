-- one row: a version of a benefit over a period
-- why: facts are made anew from everything delivered, so that the order of arrival plays no part
delete from fact_benefits
