-- Files that arrive in parts. Every statement names the tenant: an upload is never another's.

-- name: one_at_a_time
-- Two that begin at once must not both be the last that fits.
select pg_advisory_xact_lock(hashtext('upload'), hashtext(%(tenant)s));

-- name: same
select id, tenant, sha256, size_bytes, media_type, name, received_bytes, kept, expires_at
from upload
where tenant = %(tenant)s and sha256 = %(sha256)s and size_bytes = %(size_bytes)s
  and media_type = %(media_type)s and name = %(name)s and not kept and expires_at > now()
order by received_bytes desc, id
limit 1;

-- name: open
select count(*) as uploads, coalesce(sum(size_bytes), 0)::bigint as size_bytes
from upload
where tenant = %(tenant)s and not kept and expires_at > now();

-- name: begin
insert into upload (tenant, id, sha256, size_bytes, media_type, name, expires_at)
values (
    %(tenant)s, %(id)s, %(sha256)s, %(size_bytes)s, %(media_type)s, %(name)s,
    now() + make_interval(days => %(days)s)
)
returning id, tenant, sha256, size_bytes, media_type, name, received_bytes, kept, expires_at;

-- name: one
select id, tenant, sha256, size_bytes, media_type, name, received_bytes, kept, expires_at
from upload
where tenant = %(tenant)s and id = %(id)s and expires_at > now();

-- name: advance
-- Only from where the sender thought it was; the part is noted in the same statement.
with moved as (
    update upload
    set received_bytes = received_bytes + %(size_bytes)s,
        expires_at = now() + make_interval(days => %(days)s)
    where tenant = %(tenant)s and id = %(id)s and received_bytes = %(begin_byte)s and not kept
    returning tenant, id
)
insert into upload_part (tenant, upload, begin_byte, size_bytes, sha256)
select tenant, id, %(begin_byte)s, %(size_bytes)s, %(sha256)s from moved;

-- name: parts
select begin_byte, size_bytes, sha256 from upload_part
where tenant = %(tenant)s and upload = %(id)s
order by begin_byte;

-- name: kept
update upload set kept = true where tenant = %(tenant)s and id = %(id)s;

-- name: give_up
delete from upload where tenant = %(tenant)s and id = %(id)s and not kept;

-- name: expire
delete from upload where expires_at <= now();

-- name: standing
select tenant, id from upload where not kept;
