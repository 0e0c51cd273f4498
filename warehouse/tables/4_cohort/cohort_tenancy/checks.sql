-- stop: a tenancy is in the cohort before its tenant moved in; the active rule no longer holds
select landlord, tenancy_no from cohort_tenancy where as_of in (select as_of from as_of_date) and moved_in_on > as_of;

-- warn: more than one tenancy in five has no known tenant; their benefits, sanctions and support are unknown
select as_of
from cohort_tenancy
where as_of in (select as_of from as_of_date)
group by as_of
having count(*) >= 50 and count(person_id) < 0.8 * count(*);
