-- One schema per service; nobody else may create anything anywhere.
revoke create on schema public from public;
create schema intake;
create schema scoring;
create schema projection;
grant usage on schema intake to jejak_intake, jejak_scoring, jejak_projection;
grant usage on schema scoring to jejak_scoring, jejak_projection;
grant usage on schema projection to jejak_projection;

-- The tenants the running transaction named; nobody, where it named none.
create function public.reached() returns setof text language sql stable parallel safe as $$
    select unnest(string_to_array(current_setting('app.tenants', true), ','))
$$;
