-- schemas: intake
-- People: who they are is kept here and nowhere in the log, sealed under a key of their own, and
-- can be erased; which roles they hold is in the log, under an id that names nobody.

create table person (
    tenant          text not null,
    id              text primary key check (id ~ '^p-[0-9a-f]{16}$'),
    -- What the e-mail address, and an identity provider's name for the person, come to under a key
    -- of ours: found by them, not told by them.
    login           bytea check (octet_length(login) = 32),
    identity        bytea check (octet_length(identity) = 32),
    -- Name and e-mail address; the key that opens it is in `person_key`.
    sealed          bytea,
    password        text,
    password_set_at timestamptz,
    -- The SHA-256 of a code that lets the person choose a password, once.
    invitation      bytea unique check (octet_length(invitation) = 32),
    invited_until   timestamptz,
    -- Tokens of an identity provider from before then are refused.
    tokens_from     timestamptz not null default '-infinity',
    created_at      timestamptz not null default now(),
    erased_at       timestamptz,
    unique (tenant, login),
    unique (tenant, identity),
    constraint erased_whole check (
        erased_at is null
        or (login is null and identity is null and sealed is null and password is null
            and invitation is null)
    )
);
create index person_by_login on person (login);
create index person_by_identity on person (identity);

-- Apart from what it opens, so that long-lived backups can leave it out: what is erased here cannot
-- be read there.
create table person_key (
    tenant  text not null,
    person  text primary key references person,
    wrapped bytea not null
);

create table role_held (
    tenant       text not null,
    id           text primary key check (id ~ '^g-[0-9a-f]{16}$'),
    person       text not null references person,
    role         text not null check (role in (
                     'operator', 'region_admin', 'verifier', 'coordinator', 'ministry', 'auditor')),
    -- The one agency (perangkat daerah) an operator speaks for.
    agency       text not null default '',
    granted_at   timestamptz not null default now(),
    last_used_at timestamptz,
    withdrawn_at timestamptz,
    constraint operator_of_agency check ((role = 'operator') = (agency <> '')),
    constraint above_regions
        check (role not in ('ministry', 'coordinator') or tenant ~ '^[0-9]{2}$'),
    constraint ministry_is_no_region
        check (role not in ('operator', 'region_admin') or tenant <> '00')
);
create index role_held_by on role_held (person) where withdrawn_at is null;

-- Who is signed in. The cookie holds the token, this table its SHA-256.
create table session (
    tenant     text not null,
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    person     text not null references person,
    role_held  text not null references role_held,
    -- 'password', or 'oidc' with the provider's own name of its session.
    method     text not null check (method in ('password', 'oidc')),
    provider_session text not null default '',
    begun_at   timestamptz not null default now(),
    used_at    timestamptz not null default now(),
    ends_at    timestamptz not null
);
create index session_of on session (person);

-- Tokens of an identity provider that were taken back before their end.
create table revoked_token (
    tenant     text not null,
    token_hash bytea primary key check (octet_length(token_hash) = 32),
    ends_at    timestamptz not null
);

do $$
declare
    place regclass;
begin
    foreach place in array array['intake.person', 'intake.person_key', 'intake.role_held',
                                 'intake.session', 'intake.revoked_token']::regclass[] loop
        execute format('alter table %s enable row level security', place);
        execute format('alter table %s force row level security', place);
        execute format('create policy own on %s using (tenant in (select public.reached()))',
                       place);
        execute format('create policy owner on %s to current_user using (true)', place);
        execute format('grant select, insert, update, delete on %s to jejak_intake', place);
    end loop;
end
$$;

-- Keys may be an agency's own.
alter table api_key add column agency text not null default '';
alter table api_key drop constraint api_key_role_check;
alter table api_key add constraint api_key_role_check check (role in (
    'operator', 'region_admin', 'verifier', 'coordinator', 'ministry', 'auditor'));
alter table api_key drop constraint ministry_is_no_region;
alter table api_key add constraint ministry_is_no_region
    check (role not in ('operator', 'region_admin') or tenant <> '00');
alter table api_key add constraint operator_of_agency
    check ((role = 'operator') = (agency <> ''));
grant select (agency) on api_key to jejak_intake;

-- A key is found by who shows it, before it is known whose it is; nobody can list keys.
create function intake.key_shown(shown text)
    returns table (id text, client text, tenant text, role text, agency text, secret_hash bytea,
                   history boolean, reads_only boolean)
    language sql stable security definer set search_path = '' as $$
    select id, client, tenant, role, agency, secret_hash, history, reads_only
    from intake.api_key where id = shown and revoked_at is null and expires_at > now()
$$;

-- Whose a program's or a person's roles are, so that work is given to one that can do it.
create function intake.roles_of_client(named text) returns table (tenant text, role text)
    language sql stable security definer set search_path = '' as $$
    select tenant, role from intake.api_key
    where client = named and revoked_at is null and expires_at > now()
    union
    select tenant, role from intake.role_held where person = named and withdrawn_at is null
$$;

-- A session is found by who shows its token, before it is known whose it is. It ends at its end, or
-- when it was not used for half an hour, and with the role it was begun in.
create function intake.session_shown(shown bytea)
    returns table (tenant text, person text, role_held text, role text, agency text)
    language sql stable security definer set search_path = '' as $$
    select session.tenant, session.person, held.id, held.role, held.agency
    from intake.session join intake.role_held held on held.id = session.role_held
    where session.token_hash = shown and session.ends_at > now()
      and session.used_at > now() - interval '30 minutes' and held.withdrawn_at is null
$$;

-- Noted to the minute, so that most uses write nothing.
create function intake.session_used(shown bytea) returns void
    language sql volatile security definer set search_path = '' as $$
    with used as (
        update intake.session set used_at = now()
        where token_hash = shown and used_at < now() - interval '1 minute'
        returning role_held
    )
    update intake.role_held set last_used_at = now() from used where id = used.role_held
$$;

-- Who may be signing in: in the tenant that is named, or in the first of them where none is. A
-- person may have an account in many; each that is tried costs a slow comparison.
create function intake.people_by_login(shown bytea, named text)
    returns table (tenant text, person text)
    language sql stable security definer set search_path = '' as $$
    select tenant, id from intake.person
    where login = shown and named in ('', tenant) order by tenant limit 5
$$;

create function intake.people_by_identity(shown bytea, named text)
    returns table (tenant text, person text)
    language sql stable security definer set search_path = '' as $$
    select tenant, id from intake.person
    where identity = shown and named in ('', tenant) order by tenant limit 5
$$;

create function intake.person_invited(shown bytea) returns table (tenant text, person text)
    language sql stable security definer set search_path = '' as $$
    select tenant, id from intake.person where invitation = shown and invited_until > now()
$$;

-- What a token of an identity provider lets its bearer do: the roles of whom it names.
create function intake.roles_by_token(shown bytea)
    returns table (tenant text, person text, role_held text, role text, agency text)
    language sql stable security definer set search_path = '' as $$
    select held.tenant, held.person, held.id, held.role, held.agency
    from intake.person join intake.role_held held on held.person = person.id
    where person.identity = shown and held.withdrawn_at is null
    order by held.granted_at, held.id
$$;

-- Whether a token was taken back, or all that its holder held when it was issued.
create function intake.token_is_over(shown bytea, issued timestamptz, token bytea) returns boolean
    language sql stable security definer set search_path = '' as $$
    select exists (select from intake.revoked_token where token_hash = token)
        or exists (select from intake.person where identity = shown and tokens_from > issued)
$$;

-- The provider's own sign-out, which names its session, the person, or both.
create function intake.sessions_end(whose bytea, named text) returns bigint
    language sql volatile security definer set search_path = '' as $$
    with ended as (
        delete from intake.session using intake.person
        where person.id = session.person and method = 'oidc'
          and (whose is not null or named <> '')
          and (whose is null or person.identity = whose)
          and (named = '' or provider_session = named)
        returning 1
    )
    select count(*) from ended
$$;

do $$
declare
    door regprocedure;
begin
    foreach door in array array[
        'intake.key_shown(text)', 'intake.roles_of_client(text)', 'intake.session_shown(bytea)',
        'intake.session_used(bytea)', 'intake.people_by_login(bytea, text)',
        'intake.people_by_identity(bytea, text)', 'intake.person_invited(bytea)',
        'intake.roles_by_token(bytea)', 'intake.sessions_end(bytea, text)',
        'intake.token_is_over(bytea, timestamptz, bytea)'
    ]::regprocedure[] loop
        execute format('revoke all on function %s from public', door);
        execute format('grant execute on function %s to jejak_intake', door);
    end loop;
    foreach door in array array[
        'intake.key_shown(text)', 'intake.session_shown(bytea)', 'intake.session_used(bytea)',
        'intake.roles_by_token(bytea)', 'intake.token_is_over(bytea, timestamptz, bytea)'
    ]::regprocedure[] loop
        execute format('grant execute on function %s to jejak_projection', door);
    end loop;
end
$$;
