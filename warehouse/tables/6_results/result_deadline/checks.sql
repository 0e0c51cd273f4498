-- warn: a deadline lies more than a year ahead; the sender's dates may be read wrongly
select kind from result_deadline where as_of in (select as_of from as_of_date) and days_left > 366;
