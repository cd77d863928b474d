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
    rejected     boolean not null,
    tahapan      text not null,
    main_urusan  integer not null,
    other_urusan integer[] not null,
    implementation_date date,
    development_date    date,
    words        integer not null,
    claimed      bytea not null,
    accepted     bytea not null,
    primary key (tenant, year, innovation)
) with (fillfactor = 50);

grant select, insert, update on entry, innovation to jejak_scoring;

-- What scoring publishes to who reads a whole season at once: a contract, kept when the tables
-- change. It tells the present moment only, and of the tenants the transaction names. Levels are
-- one byte a row, 0 to 3, in the row order of `rule_set`, under which the region entered; claimed
-- ones count as mandiri, accepted ones as terverifikasi. Innovations that were withdrawn, or whose
-- profile has not arrived, are not told.
create view present_entry with (security_barrier) as
select tenant, year, rule_set, rule_digest, claimed, accepted from entry
where tenant in (select public.reached());

create view present_innovation with (security_barrier) as
select tenant, year, innovation, submitted, rejected, tahapan, main_urusan, other_urusan,
       implementation_date, development_date, words, claimed, accepted
from innovation where registered and tenant in (select public.reached());

grant select on present_entry, present_innovation to jejak_projection;
