-- schemas: intake
-- Addresses to which a region has its facts sent, and how far each has come.

create table webhook (
    tenant          text not null,
    id              text not null check (id ~ '^[0-9a-f]{32}$'),
    url             text not null,
    -- The kinds of facts that are sent; all of them, where none is named.
    topics          text[] not null default '{}',
    state           text not null default 'active'
                    check (state in ('active', 'paused', 'suspended')),
    -- A signature by HMAC is made with the secret itself, so a hash of it, as of an API key, would
    -- be of no use. It opens nothing here: whoever reads it could only forge what the region is
    -- sent. No other service may read this table, and the region is shown it once.
    secret          bytea not null check (octet_length(secret) = 32),
    -- The one before signs as well until then.
    former_secret   bytea check (octet_length(former_secret) = 32),
    former_until    timestamptz,
    -- The last fact that was delivered or passed over, and how its hash begins.
    seq             bigint not null check (seq >= 0),
    leaf            bytea not null check (octet_length(leaf) = 8),
    delivered_at    timestamptz,
    failures        integer not null default 0,
    failing_since   timestamptz,
    last_error      text not null default '',
    next_attempt_at timestamptz not null default now(),
    -- Which worker sends right now. A lease that ran out is anybody's: its holder died.
    lease           text,
    leased_until    timestamptz,
    created_at      timestamptz not null default now(),
    primary key (tenant, id)
) with (fillfactor = 50);

alter table webhook enable row level security;
alter table webhook force row level security;
create policy own on webhook using (tenant in (select public.reached()));
grant select, insert, update, delete on webhook to jejak_intake;
