-- schemas: projection
-- Read models; everything here may be dropped and filled again from the two logs.

-- Every score and result ever told, with both clocks: `happened_at`, when the facts took place, and
-- `known_at`, when they were recorded. A later row for the same moment restates the earlier one.
-- Stages are mandiri and terverifikasi as computed here, final as decreed, and `stated:mandiri` and
-- `stated:terverifikasi` as somebody told them, for seasons of which no evidence is held.
create table score (
    log         text not null,
    tenant      text not null,
    seq         bigint not null,
    year        integer not null,
    stage       text not null,
    happened_at timestamptz not null,
    known_at    timestamptz not null,
    rule_set    text not null,
    rule_digest text not null,
    index       numeric not null,
    predikat    text not null,
    spd         numeric,
    mean        numeric,
    number      numeric,
    innovations integer,
    divisor     integer,
    affairs     integer,
    rejected    integer,
    agencies    integer,
    agencies_total integer,
    complete    boolean not null,
    cut_seq     bigint not null,
    decree      text not null default '',
    source      text not null default '',
    sample      boolean not null default false,
    primary key (log, tenant, seq)
);
-- The one path of every ranking, current or as of a moment: the last row before it, per region.
-- `known_at` stands last so that the other clock is judged in the index, not in the table.
create index score_latest on score (tenant, year, stage, happened_at desc, seq desc, known_at);

create table season (
    keeper      text not null,
    year        integer not null,
    rule_set    text not null,
    rule_digest text not null,
    letter      text not null,
    opened_at   timestamptz not null,
    opened_known_at timestamptz not null,
    primary key (keeper, year)
);

-- Everything that was said of a season's calendar, as it was recorded: what holds at a moment is
-- folded from it on reading.
create table calendar (
    keeper      text not null,
    seq         bigint not null,
    year        integer not null,
    happened_at timestamptz not null,
    known_at    timestamptz not null,
    state       bytea not null,
    primary key (keeper, year, seq)
);

-- What a region's plan promises for a year, every time it was said.
create table target (
    tenant      text not null,
    seq         bigint not null,
    year        integer not null,
    happened_at timestamptz not null,
    known_at    timestamptz not null,
    target      numeric not null,
    instrument  text not null,
    primary key (tenant, year, happened_at, seq)
);

-- When a region last said anything in a season.
create table activity (
    tenant       text not null,
    year         integer not null,
    last_seq     bigint not null,
    last_at      timestamptz not null,
    primary key (tenant, year)
) with (fillfactor = 50);

grant select, insert, update, delete on score, season, calendar, target, activity
    to jejak_projection;
