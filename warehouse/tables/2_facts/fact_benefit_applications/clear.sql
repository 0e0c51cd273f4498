-- one row: a version of an application for a benefit
-- why: facts are made anew from everything delivered, so that the order of arrival plays no part
delete from fact_benefit_applications
