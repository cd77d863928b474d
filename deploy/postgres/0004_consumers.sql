-- schemas: scoring projection
-- How far a consumer has applied each tenant of each log it follows, and where it had to stop.

create table checkpoint (
    log    text not null,
    tenant text not null,
    seq    bigint not null,
    epoch  integer not null,
    primary key (log, tenant)
) with (fillfactor = 50);

create table blocked (
    log    text not null,
    tenant text not null,
    seq    bigint not null,
    error  text not null,
    since  timestamptz not null default now(),
    primary key (log, tenant)
);

do $$
begin
    execute format('grant select, insert, update, delete on checkpoint, blocked to %I',
                   'jejak_' || current_schema());
    if current_schema() = 'scoring' then
        grant select on blocked to jejak_projection;
    end if;
end
$$;
