-- stop: something would be said of a tenancy in arrears without a posting or list line to show for it
select landlord, tenancy_no
from result_evidence
where as_of in (select as_of from as_of_date)
  and evidence not in ('repeated_arrears', 'arrears_change', 'arrears_falling')
  and len(facts) = 0;
