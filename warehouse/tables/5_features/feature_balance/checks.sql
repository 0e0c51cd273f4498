-- warn: a tenancy owes more than three years of rent; the amounts or the rent may be in another unit
select landlord, tenancy_no
from feature_balance
where as_of in (select as_of from as_of_date) and months_owed_count > 36;
