-- schemas: intake
-- What was signed of the logs. All of it is public; it is only ever added to.

-- The log of heads: one line each time a tenant's log was seen to have grown. Its own tree's root
-- is signed, so that one signature stands for the logs of all tenants. It goes on over epochs: what
-- a restored log lost stays visible in it.
create table head_line (
    place    bigint primary key check (place >= 0),
    epoch    integer not null,
    tenant   text not null,
    size     bigint not null check (size > 0),
    root     bytea not null check (octet_length(root) = 32),
    -- The right edge of the tenant's tree: what comes next must follow from it. Empty in lines that
    -- were fetched back from the second place.
    frontier bytea not null,
    seen_at  timestamptz not null default now(),
    unique (epoch, tenant, size)
);

-- Signed notes, of tenants' logs and, as tenant `all` (epoch 0), of the log of heads.
create table signed_head (
    tenant    text not null,
    epoch     integer not null,
    origin    text not null,
    size      bigint not null check (size > 0),
    root      bytea not null check (octet_length(root) = 32),
    note      text not null,
    signed_at timestamptz not null default now(),
    primary key (origin, size)
);
create index signed_head_of on signed_head (tenant, epoch, size);

-- What witnesses, other bodies' programs, signed beside it.
create table cosignature (
    origin    text not null,
    size      bigint not null,
    witness   text not null,
    line      text not null,
    signed_at timestamptz not null default now(),
    primary key (origin, size, witness),
    foreign key (origin, size) references signed_head
);

-- Which keys signed, as verifier keys, since when.
create table signing_key (
    key           text primary key,
    first_used_at timestamptz not null default now()
);

do $$
declare
    place text;
begin
    foreach place in array array['head_line', 'signed_head', 'cosignature', 'signing_key'] loop
        execute format('create trigger keep before update or delete on %I
                        for each row execute function refuse_change()', place);
        execute format('create trigger keep_all before truncate on %I
                        execute function refuse_change()', place);
        execute format('alter table %I enable row level security', place);
        execute format('alter table %I force row level security', place);
        execute format('create policy told on %I for select using (true)', place);
        execute format('create policy added on %I for insert with check (true)', place);
        execute format('grant select, insert on %I to jejak_intake', place);
        execute format('grant select on %I to jejak_projection', place);
    end loop;
end
$$;

-- A bundle says what is served of the facts in it, so it must know that they all were scored.
grant select on scoring.checkpoint to jejak_projection;
