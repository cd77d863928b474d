-- schemas: scoring
-- Scorecards as bytes: one per row of the rule set in catalogue order. Only what an event touched
-- is written again.

create table entry (
    tenant          text not null,
    year            integer not null,
    rule_set        text not null,
    rule_digest     text not null,
    happened_until  timestamptz not null,
    claimed         bytea not null,
    accepted        bytea not null,
    primary key (tenant, year)
) with (fillfactor = 50);

create table innovation (
    tenant       text not null,
    year         integer not null,
    innovation   text not null,
    registered   boolean not null,
    submitted    boolean not null,
    tahapan      text not null,
    main_urusan  integer not null,
    other_urusan integer[] not null,
    claimed      bytea not null,
    accepted     bytea not null,
    primary key (tenant, year, innovation)
) with (fillfactor = 50);

grant select, insert, update on entry, innovation to jejak_scoring;
