-- one row: a tenancy on an as-of date: its times in arrears, day by day of the ledger
-- why: someone who falls behind often and catches up ever more slowly is worth a call before the next demand
-- steps: counted = the spells of 12 and 24 months in one row a tenancy
with counted as (
  select
    row_no,
    count(case when began_on >= as_of - interval 12 month then 1 end) as begun_12,
    count(*) as begun_24,
    count(case when cured_on >= as_of - interval 12 month then 1 end) as cured_12,
    count(cured_on) as cured_24,
    avg(case when cured_on is not null then behind_days end) as cure_days,
    max(behind_days) as longest_days,
    max(case when cured_on is null then behind_days end) as current_days,
    sum(greatest(date_diff('day', greatest(began_on, as_of - interval 12 month), coalesce(cured_on, as_of)), 0))
      as behind_12_days,
    max(cured_on) as last_cured_on,
    arg_max(behind_days, began_on) as last_behind_days
  from arrears_spell
  group by row_no
)
select
  t.as_of,
  t.landlord,
  t.tenancy_no,
  coalesce(c.begun_12, 0) as times_behind_12_months_count,
  coalesce(c.begun_24, 0) as times_behind_24_months_count,
  coalesce(c.cured_12, 0) as times_cured_12_months_count,
  coalesce(c.cured_24, 0) as times_cured_24_months_count,
  c.cure_days as mean_cure_days,
  coalesce(c.longest_days, 0) as longest_behind_days,
  coalesce(c.current_days, 0) as currently_behind_days,
  coalesce(c.behind_12_days, 0) / 365.0 as behind_12_months_share,
  date_diff('day', c.last_cured_on, t.as_of) as since_cured_days,
  coalesce(c.last_behind_days, 0) as last_spell_days
from active_tenancy as t
join row_source as s on s.row_no = t.row_no and s.ledger
left join counted as c on c.row_no = t.row_no
