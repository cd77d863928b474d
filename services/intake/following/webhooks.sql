-- Where a region has its facts sent. Every statement but `claim` names the tenant.

-- name: one_at_a_time
-- Two that are made at once must not both be the last that fits.
select pg_advisory_xact_lock(hashtext('webhook'), hashtext(%(tenant)s));

-- name: count
select count(*) as webhooks from webhook where tenant = %(tenant)s;

-- name: make
insert into webhook (tenant, id, url, topics, secret, seq, leaf)
values (%(tenant)s, %(id)s, %(url)s, %(topics)s, %(secret)s, %(seq)s, %(leaf)s)
returning *;

-- name: all
select * from webhook where tenant = %(tenant)s order by created_at, id;

-- name: one
select * from webhook where tenant = %(tenant)s and id = %(id)s;

-- name: forget
delete from webhook where tenant = %(tenant)s and id = %(id)s;

-- name: rotate
update webhook
set secret = %(secret)s, former_secret = secret,
    former_until = now() + make_interval(hours => %(hours)s)
where tenant = %(tenant)s and id = %(id)s
returning *;

-- name: pause
update webhook set state = 'paused' where tenant = %(tenant)s and id = %(id)s
returning *;

-- name: resume
-- Also of what was suspended: it is tried at once, and has the whole time again to succeed.
update webhook
set state = 'active', failures = 0, failing_since = null, next_attempt_at = now()
where tenant = %(tenant)s and id = %(id)s
returning *;

-- name: replay
-- Whoever is sending right now finds its place changed, and stops.
update webhook
set seq = %(seq)s, leaf = %(leaf)s, next_attempt_at = now(), failures = 0, failing_since = null,
    state = case when state = 'suspended' then 'active' else state end
where tenant = %(tenant)s and id = %(id)s
returning *;

-- name: claim
-- Whatever is due and nobody sends, those that wait longest first. A head that is behind a webhook
-- is due as well: the log is another than it was, which is found when it is read.
update webhook
set lease = %(lease)s, leased_until = now() + make_interval(secs => %(seconds)s)
from (
    select webhook.tenant, webhook.id
    from webhook join head using (tenant)
    where webhook.state = 'active' and head.seq <> webhook.seq
      and webhook.next_attempt_at <= now()
      and (webhook.leased_until is null or webhook.leased_until <= now())
    order by webhook.next_attempt_at
    limit %(limit)s
    for update of webhook skip locked
) as due
where webhook.tenant = due.tenant and webhook.id = due.id
returning webhook.*;

-- name: delivered
-- Only by who holds the lease, and only from where it began; the lease begins anew.
update webhook
set seq = %(seq)s, leaf = %(leaf)s, leased_until = now() + make_interval(secs => %(seconds)s),
    delivered_at = case when %(sent)s then now() else delivered_at end,
    failures = case when %(sent)s then 0 else failures end,
    failing_since = case when %(sent)s then null else failing_since end,
    last_error = case when %(sent)s then '' else last_error end
where tenant = %(tenant)s and id = %(id)s and lease = %(lease)s and seq = %(before)s
returning *;

-- name: failed
update webhook
set failures = failures + 1,
    failing_since = coalesce(failing_since, now()),
    last_error = %(error)s,
    next_attempt_at = now() + make_interval(secs => %(wait_seconds)s),
    state = case
        when state = 'active'
             and (%(final)s or failing_since <= now() - make_interval(hours => %(hours)s))
        then 'suspended' else state end
where tenant = %(tenant)s and id = %(id)s and lease = %(lease)s and seq = %(before)s;

-- name: release
-- Who had a turn stands behind all that wait.
update webhook
set lease = null, leased_until = null, next_attempt_at = greatest(next_attempt_at, now())
where tenant = %(tenant)s and id = %(id)s and lease = %(lease)s;
