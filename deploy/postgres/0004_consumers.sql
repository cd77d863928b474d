-- schemas: scoring projection
-- How far a consumer has applied each tenant of each log it follows, and where it had to stop.

-- `leaf_hash` is that of the event at `seq`: how a consumer knows the log it was applied from.
create table checkpoint (
    log       text not null,
    tenant    text not null,
    seq       bigint not null,
    epoch     integer not null,
    leaf_hash bytea not null check (octet_length(leaf_hash) = 32),
    primary key (log, tenant)
) with (fillfactor = 50);

-- What is `final` is not tried again until an operator resets the tenant: see `Checkpoints.stop`.
create table blocked (
    log    text not null,
    tenant text not null,
    seq    bigint not null,
    error  text not null,
    final  boolean not null default false,
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
