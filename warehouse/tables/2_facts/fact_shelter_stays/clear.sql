-- one row: a version of a stay at a shelter
-- why: facts are made anew from everything delivered, so that the order of arrival plays no part
delete from fact_shelter_stays
