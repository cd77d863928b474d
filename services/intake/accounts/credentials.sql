-- name: all
select id, client, role, agency, reads_only, created_at, expires_at, last_used_at, revoked_at
from api_key where tenant = %(tenant)s order by created_at desc, id;

-- name: of_client
-- A client's name is one tenant's and one role's, everywhere: its commands are known by it.
select count(*) filter (where revoked_at is null and expires_at > now()) as live,
       client_is_foreign(%(client)s, %(tenant)s, %(role)s) as foreign
from api_key where tenant = %(tenant)s and client = %(client)s and role = %(role)s;

-- name: issue
insert into api_key (id, client, tenant, role, agency, secret_hash, reads_only, expires_at)
values (%(id)s, %(client)s, %(tenant)s, %(role)s, %(agency)s, %(secret_hash)s, %(reads_only)s,
        %(expires_at)s)
on conflict (id) do nothing;

-- name: role_of
select role from api_key where tenant = %(tenant)s and id = %(id)s;

-- name: revoke
update api_key set revoked_at = coalesce(revoked_at, now())
where tenant = %(tenant)s and id = %(id)s;
