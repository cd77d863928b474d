-- name: lines
-- Every line of the log of heads under a signed head.
select epoch, place, tenant, size, root, frontier from intake.head_line
where place < %(size)s order by place;

-- name: come
-- How far each log's facts go that were known by a moment, how far they were scored and told, how
-- much scoring has said of them, and how much of that was heard.
select asked.tenant, known.seq as facts, coalesce(scored.seq, 0) as scored,
       coalesce(told.seq, 0) as told, coalesce(said.seq, 0) as said,
       coalesce(heard.seq, 0) as heard
from unnest(%(tenants)s::text[], %(sizes)s::bigint[]) as asked(tenant, size)
cross join lateral (
    select coalesce((
        select seq from intake.event as e
        where e.tenant = asked.tenant and e.seq <= asked.size and e.recorded_at < %(until)s
        order by seq desc limit 1), 0) as seq
) as known
left join scoring.checkpoint as scored on scored.log = 'evt' and scored.tenant = asked.tenant
left join projection.checkpoint as told on told.log = 'evt' and told.tenant = asked.tenant
left join scoring.head as said on said.tenant = asked.tenant
left join projection.checkpoint as heard on heard.log = 'sco' and heard.tenant = asked.tenant;

-- name: edges
-- The last fact of each log within its size, and the first one behind it.
select asked.tenant, clock_timestamp() as now,
       (select recorded_at from intake.event as e
        where e.tenant = asked.tenant and e.seq = asked.size) as last,
       (select recorded_at from intake.event as e
        where e.tenant = asked.tenant and e.seq = asked.size + 1) as beyond
from unnest(%(tenants)s::text[], %(sizes)s::bigint[]) as asked(tenant, size);

-- name: served
-- What is served of each region, year and stage at an instant, computed before stated.
select distinct on (score.tenant, score.year, wanted.stage)
       score.tenant, score.year, wanted.stage, score.index, score.predikat, score.rule_set,
       score.rule_digest, score.decree, score.sample
from unnest(%(tenants)s::text[]) as asked(tenant)
cross join (values ('mandiri', 'mandiri', 1), ('mandiri', 'stated:mandiri', 2),
                   ('terverifikasi', 'terverifikasi', 1),
                   ('terverifikasi', 'stated:terverifikasi', 2),
                   ('final', 'final', 1)) as wanted(stage, kept, choice)
join projection.score on score.tenant = asked.tenant and score.stage = wanted.kept
                     and score.known_at < %(known_until)s
                     and score.happened_at < %(happened_until)s
order by score.tenant, score.year, wanted.stage, wanted.choice,
         score.happened_at desc, score.seq desc;
