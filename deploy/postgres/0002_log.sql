-- schemas: intake scoring
-- The log: one gapless, hash-chained sequence of events per tenant. Run once in each schema.

-- A tenant's head is the lock every append takes and holds to commit, so commit order is number
-- order. The tree's right edge stands beside the count and can never disagree with it.
create table head (
    tenant      text primary key,
    seq         bigint not null default 0 check (seq >= 0),
    epoch       integer not null default 1,
    frontier    bytea not null default '',
    root        bytea not null default sha256(''),
    recorded_at timestamptz not null default '1970-01-01T00:00:00Z'
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

create table event (
    tenant      text not null,
    seq         bigint not null check (seq > 0),
    stream      text not null,
    version     bigint not null check (version >= 0),
    event_id    uuid not null,
    topic       text not null,
    state       bytea not null,
    meta        bytea not null,
    recorded_at timestamptz not null,
    leaf_hash   bytea not null check (octet_length(leaf_hash) = 32),
    primary key (tenant, seq),
    unique (tenant, stream, version),
    unique (tenant, event_id)
) partition by hash (tenant);

-- What was answered to a command, so that the same key is answered the same way for ever.
create table command (
    tenant      text not null,
    key         text not null,
    request     bytea not null,
    receipt     bytea not null,
    answered_at timestamptz not null,
    primary key (tenant, key)
) partition by hash (tenant);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'history cannot be changed: % on %.%', tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create function head_only_grows() returns trigger language plpgsql as $$
begin
    if new.tenant <> old.tenant or new.epoch < old.epoch
       or (new.epoch = old.epoch and new.seq < old.seq) then
        raise exception 'a head only grows: % from (%, %) to (%, %)',
            old.tenant, old.epoch, old.seq, new.epoch, new.seq
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;

create trigger keep before update or delete on event for each row execute function refuse_change();
create trigger keep before update or delete on command
    for each row execute function refuse_change();
create trigger keep before delete on head for each row execute function refuse_change();
create trigger grow before update on head for each row execute function head_only_grows();
create trigger keep_all before truncate on head execute function refuse_change();
create trigger keep_all before truncate on event execute function refuse_change();
create trigger keep_all before truncate on command execute function refuse_change();

-- A fixed number of hash partitions: names never come from data. Truncate triggers are not
-- inherited by partitions, so each gets its own.
do $$
declare
    part integer;
    kept text;
begin
    foreach kept in array array['event', 'command'] loop
        for part in 0..15 loop
            execute format(
                'create table %I partition of %I for values with (modulus 16, remainder %s)',
                format('%s_%s', kept, to_char(part, 'FM00')), kept, part);
            execute format(
                'create trigger keep_all before truncate on %I execute function refuse_change()',
                format('%s_%s', kept, to_char(part, 'FM00')));
        end loop;
    end loop;
end
$$;

-- How far the relay has carried each tenant to the bus.
create table relay_cursor (
    tenant text primary key,
    seq    bigint not null default 0
) with (fillfactor = 50);


do $$
begin
    execute format('grant select, insert on event, command to %I', 'jejak_' || current_schema());
    execute format('grant select, update on head to %I', 'jejak_' || current_schema());
    execute format('grant select, update on relay_cursor to %I',
                   'jejak_' || current_schema());
    if current_schema() = 'intake' then
        grant select on event, head to jejak_scoring, jejak_projection;
    else
        grant select on event, head to jejak_projection;
    end if;
end
$$;
