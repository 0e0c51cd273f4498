-- one row: a version of a posting in a landlord's ledger
-- why: facts are made anew from everything delivered, so that the order of arrival plays no part
delete from fact_rent_postings
