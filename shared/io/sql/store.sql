-- name: share_heads
-- Tenants whose streams a decision rested on: nobody may write there until this commits. Taken
-- before the locks for writing; two batches that cross are a deadlock the server ends in a second.
select tenant from head where tenant = any(%(tenants)b) order by tenant for share;

-- name: lock_heads
-- The one lock of the append path, taken in tenant order and held to commit.
select tenant, seq, epoch, frontier, recorded_at
from head where tenant = any(%(tenants)b) order by tenant for update;

-- name: clock
-- Read after the locks are held, so that a tenant's moments follow its numbers.
select clock_timestamp() as now;

-- name: stream_versions
-- A statement of its own: its snapshot is taken after the heads are locked.
select asked.tenant, asked.stream, coalesce(latest.version, 0) as version
from unnest(%(tenants)b::text[], %(streams)b::text[]) as asked(tenant, stream)
left join lateral (
    select version from event
    where event.tenant = asked.tenant and event.stream = asked.stream
    order by version desc limit 1
) as latest on true;

-- name: answered_commands
select asked.tenant, asked.key, command.request, command.receipt
from unnest(%(tenants)b::text[], %(keys)b::text[]) as asked(tenant, key)
join lateral (
    select request, receipt from command
    where command.tenant = asked.tenant and command.key = asked.key
) as command on true;

-- name: insert_events
insert into event (tenant, seq, stream, version, event_id, topic, state, meta, recorded_at,
                   leaf_hash)
select * from unnest(
    %(tenants)b::text[], %(seqs)b::bigint[], %(streams)b::text[], %(versions)b::bigint[],
    %(event_ids)b::uuid[], %(topics)b::text[], %(states)b::bytea[], %(metas)b::bytea[],
    %(moments)b::timestamptz[], %(leaf_hashes)b::bytea[]);

-- name: insert_commands
insert into command (tenant, key, request, receipt, answered_at)
select * from unnest(
    %(tenants)b::text[], %(keys)b::text[], %(requests)b::bytea[], %(receipts)b::bytea[],
    %(moments)b::timestamptz[]);

-- name: advance_heads
update head set seq = moved.seq, frontier = moved.frontier, root = moved.root,
                recorded_at = moved.recorded_at
from unnest(%(tenants)b::text[], %(seqs)b::bigint[], %(frontiers)b::bytea[], %(roots)b::bytea[],
            %(moments)b::timestamptz[]) as moved(tenant, seq, frontier, root, recorded_at)
where head.tenant = moved.tenant;
