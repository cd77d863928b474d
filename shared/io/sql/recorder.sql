-- name: enter_log
-- The library's pool knows no search path, no bound on a lock and no tenant; all are set for one
-- transaction at a time.
select set_config('search_path', %(schema)s, true),
       set_config('lock_timeout', %(lock_timeout)s, true),
       set_config('app.tenants', %(tenant)s, true);

-- name: select_events
select stream, version, topic, state from event
where tenant = %(tenant)s and stream = %(stream)s
  and (%(gt)s::bigint is null or version > %(gt)s)
  and (%(lte)s::bigint is null or version <= %(lte)s)
order by version limit %(limit)s;

-- name: select_events_latest_first
select stream, version, topic, state from event
where tenant = %(tenant)s and stream = %(stream)s
  and (%(gt)s::bigint is null or version > %(gt)s)
  and (%(lte)s::bigint is null or version <= %(lte)s)
order by version desc limit %(limit)s;

-- name: select_notifications
select seq, stream, version, topic, state from event
where tenant = %(tenant)s and seq >= %(first)s
  and (%(stop)s::bigint is null or seq <= %(stop)s)
  and (%(topics)s::text[] is null or topic = any(%(topics)s))
order by seq limit %(limit)s;

-- name: max_notification_id
select nullif(seq, 0) as seq from head where tenant = %(tenant)s;
