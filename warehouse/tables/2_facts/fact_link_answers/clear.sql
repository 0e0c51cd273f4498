-- one row: a version of what the team answered of a record that could not be linked
-- why: facts are made anew from everything delivered, so that the order of arrival plays no part
delete from fact_link_answers
