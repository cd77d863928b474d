-- schemas: intake
-- Who may hand in, and which evidence bytes have been received.

create table api_key (
    id          text primary key,
    -- The program that holds the key; it keeps its idempotency keys when its API key is replaced.
    client      text not null check (client ~ '^[A-Za-z0-9.-]{1,64}$'),
    tenant      text not null,
    role        text not null
        check (role in ('region_admin', 'verifier', 'coordinator', 'ministry', 'auditor')),
    secret_hash bytea not null check (octet_length(secret_hash) = 32),
    history     boolean not null default false,
    reads_only  boolean not null default false,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null default now() + interval '400 days',
    -- To the minute: who looks after keys wants to know which ones nobody needs.
    last_used_at timestamptz,
    revoked_at  timestamptz,
    constraint above_regions
        check (role not in ('ministry', 'coordinator') or tenant ~ '^[0-9]{2}$'),
    constraint ministry_is_no_region check (role <> 'region_admin' or tenant <> '00')
);
create index api_key_of_tenant on api_key (tenant, created_at);
grant select (id, client, tenant, role, reads_only, created_at, expires_at, last_used_at,
              revoked_at),
      insert, update (revoked_at, last_used_at) on api_key to jejak_intake;

-- What came late waits for a letter; whoever looks for it does not read the whole log.
create index event_late on event (tenant, stream) where topic = 'late.received.1';

-- The bytes themselves stand in the evidence store under the tenant and the fingerprint.
create table evidence (
    tenant      text not null,
    sha256      text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes  bigint not null,
    media_type  text not null,
    -- What the first to upload it called it; empty where nobody said.
    name        text not null default '',
    received_at timestamptz not null default now(),
    primary key (tenant, sha256)
);
-- Which other regions handed in the very same bytes.
create index evidence_by_fingerprint on evidence (sha256);
grant select, insert on evidence to jejak_intake;

-- What is still arriving, part by part. No fact: it is gone once the file is kept, refused, given
-- up or too old.
create table upload (
    tenant         text not null,
    id             text not null check (id ~ '^[0-9a-f]{32}$'),
    sha256         text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes     bigint not null check (size_bytes > 0),
    media_type     text not null,
    name           text not null default '',
    received_bytes bigint not null default 0 check (received_bytes between 0 and size_bytes),
    -- Whether the file was put together, opened and kept; the row then only answers a repeat.
    kept           boolean not null default false,
    expires_at     timestamptz not null,
    primary key (tenant, id)
);
create table upload_part (
    tenant     text not null,
    upload     text not null,
    begin_byte bigint not null,
    size_bytes bigint not null check (size_bytes > 0),
    sha256     text not null,
    primary key (tenant, upload, begin_byte),
    foreign key (tenant, upload) references upload (tenant, id) on delete cascade
);
grant select, insert, update, delete on upload to jejak_intake;
grant select, insert, delete on upload_part to jejak_intake;
