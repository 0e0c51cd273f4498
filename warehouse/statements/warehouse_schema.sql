-- one statement: a table of the warehouse that is not made from a feed's declared columns
-- why: the account of every delivery, what was quarantined, and what linking decided

create table if not exists delivery (
    delivery_id varchar not null,
    feed varchar not null,
    file_name varchar not null,
    delivered_on date,
    sender varchar,
    layout varchar,
    layout_digest varchar,
    status varchar not null,
    reason varchar,
    rows_read integer not null,
    quarantined integer not null,
    explanation varchar,
    unknown_columns varchar,
    warnings integer not null
);

create table if not exists quarantine (
    delivery_id varchar not null,
    line_no integer not null,
    rule varchar not null,
    column_name varchar not null
);

create table if not exists fact_link (
    feed varchar not null,
    record_key varchar not null,
    landlord varchar,
    tenancy_no varchar,
    person_id varchar,
    confidence double,
    method varchar,
    known_on date,
    superseded_on date
);

create table if not exists link_queue (
    feed varchar not null,
    record_key varchar not null,
    known_on date,
    reason varchar,
    candidate_count integer,
    best_confidence double
);

create table if not exists link_waiting (
    feed varchar not null,
    record_key varchar not null,
    known_on date not null,
    superseded_on date
);

create table if not exists link_candidate (
    feed varchar not null,
    record_key varchar not null,
    landlord varchar,
    tenancy_no varchar,
    person_id varchar,
    is_household boolean not null,
    odds double not null,
    known_on date not null,
    superseded_on date
);

create table if not exists unsettled (
    what varchar primary key
);

create table if not exists watch_count (
    as_of date not null,
    measure varchar not null,
    stage varchar not null,
    "group" varchar not null,
    hits bigint not null,
    counted bigint not null
);
