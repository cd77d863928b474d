-- name: heads
select tenant, seq, epoch from head where seq > 0;

-- name: head
select seq from head where tenant = %(tenant)s;

-- name: read_range
select tenant, seq, stream, version, event_id, topic, state, meta, recorded_at, leaf_hash
from event where tenant = %(tenant)s and seq > %(after)s and seq <= %(upto)s
order by seq limit %(limit)s;

-- name: leaves
-- One range scan of the primary key per tenant, and the epoch the log itself says it is in.
select asked.tenant, head.epoch, found.seq, found.leaf_hash
from unnest(%(tenants)s::text[], %(firsts)s::bigint[], %(lasts)s::bigint[])
     as asked(tenant, first, last)
join head using (tenant)
cross join lateral (
    select seq, leaf_hash from event
    where event.tenant = asked.tenant and event.seq between asked.first and asked.last
) as found;

-- name: read_streams
select found.tenant, found.seq, found.stream, found.version, found.event_id, found.topic,
       found.state, found.meta, found.recorded_at, found.leaf_hash
from unnest(%(tenants)s::text[], %(streams)s::text[]) as asked(tenant, stream)
cross join lateral (
    select * from event
    where event.tenant = asked.tenant and event.stream = asked.stream
    order by version
) as found;

-- name: streams_with
-- A partial index holds the topics that are asked for.
select distinct tenant, split_part(stream, '/', 2)::integer as year
from event where topic = %(topic)s order by tenant, year;

-- name: read_commands
select asked.tenant, asked.key, command.request, command.receipt
from unnest(%(tenants)s::text[], %(keys)s::text[]) as asked(tenant, key)
join lateral (
    select request, receipt from command
    where command.tenant = asked.tenant and command.key = asked.key
) as command on true;
