-- name: take
-- As many of the wanted tokens as there are after refilling; the row says how many that was.
insert into allowance as kept (whose, kind, tokens, granted, refilled_at)
values (%(whose)s, %(kind)s, %(burst)s - %(wanted)s, %(wanted)s, now())
on conflict (whose, kind) do update
set granted = least(%(wanted)s,
                    floor(refilled(kept.tokens, kept.refilled_at, %(rate)s, %(burst)s))),
    tokens = refilled(kept.tokens, kept.refilled_at, %(rate)s, %(burst)s)
        - least(%(wanted)s, floor(refilled(kept.tokens, kept.refilled_at, %(rate)s, %(burst)s))),
    refilled_at = greatest(kept.refilled_at, now())
returning granted, tokens;

-- name: forget
-- What was not asked for in so long is full again, and a full one is as good as none.
delete from allowance where refilled_at < now() - interval '1 hour';
