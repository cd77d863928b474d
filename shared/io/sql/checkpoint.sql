-- name: checkpoints
select tenant, seq, epoch, leaf_hash from checkpoint where log = %(log)s;

-- name: advance
-- Fenced: a row that is no longer where we left it belongs to someone else, and a tenant that was
-- stopped for good by another instance is not moved; neither is counted.
insert into checkpoint as kept (log, tenant, seq, epoch, leaf_hash)
select %(log)s, moved.tenant, moved.seq, moved.epoch, moved.leaf_hash
from unnest(%(tenants)s::text[], %(befores)s::bigint[], %(seqs)s::bigint[], %(epochs)s::integer[],
            %(leaf_hashes)s::bytea[])
     as moved(tenant, before, seq, epoch, leaf_hash)
where (moved.before = 0
       or exists (select 1 from checkpoint where log = %(log)s and tenant = moved.tenant))
  and not exists (select 1 from blocked
                  where log = %(log)s and tenant = moved.tenant and final)
on conflict (log, tenant) do update
set seq = excluded.seq, epoch = excluded.epoch, leaf_hash = excluded.leaf_hash
where kept.epoch <= excluded.epoch
  and kept.seq = (select asked.before
                  from unnest(%(tenants)s::text[], %(befores)s::bigint[]) as asked(tenant, before)
                  where asked.tenant = kept.tenant);

-- name: unblock
delete from blocked where log = %(log)s and tenant = any(%(tenants)s) and not final;

-- name: block
-- What is final stays as it was first said.
insert into blocked (log, tenant, seq, error, final)
values (%(log)s, %(tenant)s, %(seq)s, %(error)s, %(final)s)
on conflict (log, tenant) do update
set seq = excluded.seq, error = excluded.error, final = excluded.final
where not blocked.final;

-- name: all_blocked
select tenant, final from blocked where log = %(log)s;
