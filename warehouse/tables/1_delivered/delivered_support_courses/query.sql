-- one row: a course of housing support, as one line of one delivery told it
-- why: what passed the contract is kept as it came, so that facts can be made anew in any order of arrival
select
    delivery_id, line_no, delivered_on, file_name, known_on, retracted, identity_mac, course_no,
    method, started_on, ended_on, end_reason, person_id
from accepted_rows
