-- warn: a source that used to deliver is late; what the list says of its tenancies is older than agreed
select feed, sender from result_freshness where as_of in (select as_of from as_of_date) and status = 'late';
