-- name: lead
select pg_try_advisory_lock(hashtextextended('signing', 0)) as leads;

-- name: epoch
select coalesce(max(epoch), 1) as epoch from head;

-- name: lines
select epoch, place, tenant, size, root, frontier from head_line order by place;

-- name: grown
-- Every tenant whose log is not where the last line about it was. A head without facts has no line.
select head.tenant, head.seq as size, head.root
from head
left join unnest(%(tenants)s::text[], %(sizes)s::bigint[], %(roots)s::bytea[])
          as seen(tenant, size, root) using (tenant)
where head.epoch = %(epoch)s and (head.seq <> coalesce(seen.size, 0) or head.root <> seen.root)
order by head.tenant;

-- name: leaves
select event.tenant, event.seq, event.leaf_hash
from unnest(%(tenants)s::text[], %(afters)s::bigint[], %(uptos)s::bigint[])
     as asked(tenant, after, upto)
join event on event.tenant = asked.tenant
          and event.seq > asked.after and event.seq <= asked.upto
order by event.tenant, event.seq;

-- name: add_lines
insert into head_line (epoch, place, tenant, size, root, frontier)
select * from unnest(%(epochs)s::integer[], %(places)s::bigint[], %(tenants)s::text[],
                     %(sizes)s::bigint[], %(roots)s::bytea[], %(frontiers)s::bytea[]);

-- name: add_notes
insert into signed_head (tenant, epoch, origin, size, root, note)
select * from unnest(%(tenants)s::text[], %(epochs)s::integer[], %(origins)s::text[],
                     %(sizes)s::bigint[], %(roots)s::bytea[], %(notes)s::text[])
on conflict do nothing;

-- name: add_key
insert into signing_key (key) values (%(key)s) on conflict do nothing;

-- name: cosign
insert into cosignature (origin, size, witness, line)
values (%(origin)s, %(size)s, %(witness)s, %(line)s) on conflict do nothing;

-- name: cosigned
-- How far a witness has come.
select coalesce(max(size), 0) as size from cosignature
where origin = %(origin)s and witness = %(witness)s;
