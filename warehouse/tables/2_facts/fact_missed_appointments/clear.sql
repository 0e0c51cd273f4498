-- one row: a version of an appointment that was missed
-- why: facts are made anew from everything delivered, so that the order of arrival plays no part
delete from fact_missed_appointments
