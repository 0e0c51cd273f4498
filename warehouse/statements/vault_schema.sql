-- one statement: a table of the vault
-- why: what identifies a person is sealed here, outside the warehouse; only keyed HMACs and days are in the open
create table if not exists seal (
    name text primary key,
    sealed blob not null
);

create table if not exists raw_chunk (
    delivery_id text not null,
    first_line integer not null,
    last_line integer not null,
    sealed blob not null,
    primary key (delivery_id, first_line)
);

create table if not exists identity (
    kind text not null,
    identity_mac text not null,
    record_mac blob not null,
    known_on text not null,
    delivery_id text not null,
    line_no integer not null,
    sealed blob not null,
    primary key (kind, identity_mac)
) without rowid;

create index if not exists identity_by_record on identity (kind, record_mac);
