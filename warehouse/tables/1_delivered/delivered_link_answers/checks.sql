-- stop: a line counts twice, or has no line number: the delivery was taken in twice and its account is wrong.
select delivery_id, line_no
from delivered_link_answers
group by delivery_id, line_no
having count(*) > 1 or line_no is null or delivery_id is null;

-- stop: a row without the day it became known would be missing from every list.
select delivery_id, line_no
from delivered_link_answers
where known_on is null or retracted is null;

-- stop: a row without its key cannot be corrected or withdrawn.
select delivery_id, line_no
from delivered_link_answers
where feed is null or record_key is null;
