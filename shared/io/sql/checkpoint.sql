-- name: checkpoints
select tenant, seq, epoch from checkpoint where log = %(log)s;

-- name: advance
-- Fenced: a row that is no longer where we left it belongs to someone else, and is not counted.
insert into checkpoint as kept (log, tenant, seq, epoch)
select %(log)s, moved.tenant, moved.seq, moved.epoch
from unnest(%(tenants)s::text[], %(befores)s::bigint[], %(seqs)s::bigint[], %(epochs)s::integer[])
     as moved(tenant, before, seq, epoch)
where moved.before = 0
   or exists (select 1 from checkpoint where log = %(log)s and tenant = moved.tenant)
on conflict (log, tenant) do update set seq = excluded.seq
where kept.epoch = excluded.epoch
  and kept.seq = (select asked.before
                  from unnest(%(tenants)s::text[], %(befores)s::bigint[]) as asked(tenant, before)
                  where asked.tenant = kept.tenant);

-- name: unblock
delete from blocked where log = %(log)s and tenant = any(%(tenants)s);

-- name: block
insert into blocked (log, tenant, seq, error) values (%(log)s, %(tenant)s, %(seq)s, %(error)s)
on conflict (log, tenant) do update set seq = excluded.seq, error = excluded.error;

-- name: all_blocked
select tenant, seq, error, since from blocked where log = %(log)s;
