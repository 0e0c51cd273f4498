-- one row: the tenancy (for tenancies: the person) that a record was linked to
-- why: links are decided anew from all facts, so that the order in which they were taken in plays no part
delete from fact_link
