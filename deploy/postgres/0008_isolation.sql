-- Rows belong to tenants, and a transaction sees and writes those of the tenants it has named.
-- Whoever forgets to name one reads nothing and writes nothing; no service role can switch it off.

-- What only a named tenant's transaction may read: facts, answers, evidence, scorecards.
do $$
declare
    place regclass;
begin
    foreach place in array array[
        'intake.event', 'intake.command', 'intake.answer', 'intake.api_key',
        'intake.evidence', 'intake.upload', 'intake.upload_part',
        'scoring.event', 'scoring.command', 'scoring.entry', 'scoring.innovation'
    ]::regclass[] loop
        execute format('create policy own on %s using (tenant in (select public.reached()))',
                       place);
    end loop;
end
$$;

-- What every service reads and only a named tenant's transaction writes: how far logs go and are
-- carried, and what the public pages show.
do $$
declare
    place text;
    whose text;
begin
    foreach place in array array[
        'intake.head', 'intake.relay_cursor', 'scoring.head', 'scoring.relay_cursor',
        'scoring.checkpoint', 'scoring.blocked', 'projection.checkpoint', 'projection.blocked',
        'projection.score', 'projection.target', 'projection.activity', 'projection.season',
        'projection.calendar'
    ] loop
        whose := case when place in ('projection.season', 'projection.calendar')
                      then 'keeper' else 'tenant' end;
        execute format('create policy told on %s for select using (true)', place);
        execute format('create policy own on %s using (%I in (select public.reached()))',
                       place, whose);
    end loop;
end
$$;

-- Partitions have no policy of their own: reached by their own names they show nothing.
do $$
declare
    place regclass;
begin
    for place in
        select oid from pg_class
        where relnamespace in ('intake'::regnamespace, 'scoring'::regnamespace,
                               'projection'::regnamespace)
          and relkind in ('r', 'p')
    loop
        execute format('alter table %s enable row level security', place);
        execute format('alter table %s force row level security', place);
    end loop;
end
$$;

-- The functions and views below answer narrow questions about rows their callers do not reach; they
-- do so as the owner of the tables.
create policy owner on intake.api_key to current_user using (true);
create policy owner on intake.evidence for select to current_user using (true);
create policy owner on scoring.entry for select to current_user using (true);
create policy owner on scoring.innovation for select to current_user using (true);

-- Whoever showed the secret used the key; noted to the minute, so that most uses write nothing.
create function intake.key_used(shown text) returns void
    language sql volatile security definer set search_path = '' as $$
    update intake.api_key set last_used_at = now()
    where id = shown and (last_used_at is null or last_used_at < now() - interval '1 minute')
$$;
revoke all on function intake.key_used from public;
grant execute on function intake.key_used to jejak_intake, jejak_projection;

-- Whether a client's name belongs to another tenant or role; whose it is, is not told.
create function intake.client_is_foreign(named text, own text, own_role text) returns boolean
    language sql stable security definer set search_path = '' as $$
    select exists (
        select from intake.api_key where client = named and (tenant, role) <> (own, own_role)
    )
$$;
revoke all on function intake.client_is_foreign from public;
grant execute on function intake.client_is_foreign to jejak_intake;

-- In how many other regions the very same bytes stand; neither which ones nor what they call them.
create function intake.held_elsewhere(asking text, wanted text[])
    returns table (sha256 text, regions bigint)
    language sql stable security definer set search_path = '' as $$
    select sha256, count(*) from intake.evidence
    where sha256 = any(wanted) and tenant <> asking group by sha256
$$;
revoke all on function intake.held_elsewhere from public;
grant execute on function intake.held_elsewhere to jejak_intake;
