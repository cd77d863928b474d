-- name: lead
-- Held by the session: who loses the connection loses the lead and can move no cursor.
select pg_try_advisory_lock(hashtext('jejak-relay'), hashtext(current_schema())) as leads;

-- name: uncarried
select head.tenant, head.epoch, relay_cursor.seq as carried, head.seq
from head join relay_cursor using (tenant)
where head.seq > relay_cursor.seq
order by head.seq - relay_cursor.seq
limit %(limit)s;

-- name: count_uncarried
select count(*) as tenants from head join relay_cursor using (tenant)
where head.seq > relay_cursor.seq;

-- name: read_ranges
-- Each tenant's next events in its own order; nobody's backlog keeps another waiting.
select found.*
from unnest(%(tenants)s::text[], %(afters)s::bigint[]) as asked(tenant, after)
cross join lateral (
    select tenant, seq, stream, version, event_id, topic, state, meta, recorded_at, leaf_hash
    from event where event.tenant = asked.tenant and event.seq > asked.after
    order by seq limit %(limit)s
) as found;

-- name: move_cursors
update relay_cursor set seq = moved.seq
from unnest(%(tenants)s::text[], %(befores)s::bigint[], %(seqs)s::bigint[])
     as moved(tenant, before, seq)
where relay_cursor.tenant = moved.tenant and relay_cursor.seq = moved.before;
