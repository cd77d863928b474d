-- name: add_scores
insert into score (log, tenant, seq, year, stage, happened_at, known_at, rule_set, rule_digest,
                   index, predikat, spd, mean, number, innovations, divisor, affairs, rejected,
                   agencies, agencies_total, complete, cut_seq, decree, source, sample)
select * from unnest(
    %(logs)s::text[], %(tenants)s::text[], %(seqs)s::bigint[], %(years)s::integer[],
    %(stages)s::text[], %(happened)s::timestamptz[], %(known)s::timestamptz[],
    %(rule_sets)s::text[], %(rule_digests)s::text[], %(indexes)s::numeric[], %(predikat)s::text[],
    %(spd)s::numeric[], %(means)s::numeric[], %(numbers)s::numeric[], %(innovations)s::integer[],
    %(divisors)s::integer[], %(affairs)s::integer[], %(rejected)s::integer[],
    %(agencies)s::integer[], %(agencies_totals)s::integer[], %(complete)s::boolean[],
    %(cuts)s::bigint[], %(decrees)s::text[], %(sources)s::text[], %(samples)s::boolean[]);

-- name: add_targets
insert into target (tenant, seq, year, happened_at, known_at, target, instrument)
select * from unnest(
    %(tenants)s::text[], %(seqs)s::bigint[], %(years)s::integer[], %(happened)s::timestamptz[],
    %(known)s::timestamptz[], %(targets)s::numeric[], %(instruments)s::text[]);

-- name: open_season
insert into season (keeper, year, rule_set, rule_digest, letter, opened_at, opened_known_at)
values (%(keeper)s, %(year)s, %(rule_set)s, %(rule_digest)s, %(letter)s, %(moment)s, %(known)s)
on conflict (keeper, year) do nothing;

-- name: note_calendar
insert into calendar (keeper, seq, year, happened_at, known_at, state)
values (%(keeper)s, %(seq)s, %(year)s, %(moment)s, %(known)s, %(state)s);

-- name: note_activity
insert into activity (tenant, year, last_seq, last_at)
select * from unnest(%(tenants)s::text[], %(years)s::integer[], %(seqs)s::bigint[],
                     %(moments)s::timestamptz[])
on conflict (tenant, year) do update
set last_seq = excluded.last_seq, last_at = greatest(activity.last_at, excluded.last_at);
