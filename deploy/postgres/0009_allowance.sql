-- schemas: intake projection
-- How many requests each caller may still make. Not logged: after a crash everybody starts afresh.

-- `whose` is a tenant, or the address of a caller who shows no key.
create unlogged table allowance (
    whose       text not null,
    kind        text not null,
    tokens      double precision not null,
    -- What the last request was given: an upsert can tell it in no other way.
    granted     integer not null,
    refilled_at timestamptz not null,
    primary key (whose, kind)
) with (fillfactor = 50);

create function refilled(
    tokens double precision, since timestamptz, rate double precision, burst double precision
) returns double precision language sql stable as $$
    select least(burst, tokens + rate * greatest(0, extract(epoch from now() - since)))
$$;

alter table allowance enable row level security;
alter table allowance force row level security;
create policy own on allowance using (whose in (select public.reached()));
-- What nobody has asked for in so long is full again, and a full bucket is as good as none.
create policy seen_full on allowance for select using (refilled_at < now() - interval '1 hour');
create policy full_again on allowance for delete using (refilled_at < now() - interval '1 hour');

do $$
begin
    execute format('grant select, insert, update, delete on allowance to %I',
                   'jejak_' || current_schema());
end
$$;
