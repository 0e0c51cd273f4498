-- one row: a delivery that had arrived before an as-of date
-- why: the door to what was delivered; how fresh a sender is on a day
select a.as_of, d.*
from as_of_date as a
join delivery as d on d.delivered_on < a.as_of
