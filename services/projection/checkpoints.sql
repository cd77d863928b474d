-- name: keys
select key from intake.signing_key order by first_used_at desc, key;

-- name: signed
-- Of the newest epoch: the newest head, or the first that covers a size; a row a cosignature.
with found as (
    select tenant, epoch, origin, size, root, note, signed_at from intake.signed_head
    where tenant = %(tenant)s
      and epoch = (select max(epoch) from intake.signed_head where tenant = %(tenant)s)
      and (%(size)s::bigint is null or size >= %(size)s)
    order by case when %(size)s::bigint is null then -size else size end limit 1
)
select found.*, cosignature.witness, cosignature.line
from found left join intake.cosignature using (origin, size)
order by cosignature.witness;

-- name: listed
with found as (
    select tenant, epoch, origin, size, root, note, signed_at from intake.signed_head
    where tenant = %(tenant)s
      and epoch = (select max(epoch) from intake.signed_head where tenant = %(tenant)s)
      and (%(before)s::bigint is null or size < %(before)s)
    order by size desc limit %(limit)s
)
select found.*, cosignature.witness, cosignature.line
from found left join intake.cosignature using (origin, size)
order by found.size desc, cosignature.witness;

-- name: lines
select epoch, place, tenant, size, root, frontier from intake.head_line
where place >= %(after)s and place < %(upto)s order by place;

-- name: leaves
select leaf_hash from intake.event
where tenant = %(tenant)s and seq > %(after)s and seq <= %(upto)s order by seq;

-- name: cut
-- Every line of the log of heads under a signed head.
select epoch, place, tenant, size, root, frontier from intake.head_line
where place < %(size)s order by place;

-- name: behind
-- Regions whose scores are not told yet up to where their logs are asked for.
select asked.tenant
from unnest(%(tenants)s::text[], %(sizes)s::bigint[]) as asked(tenant, size)
left join scoring.checkpoint as scored on scored.log = 'evt' and scored.tenant = asked.tenant
left join projection.checkpoint as told on told.log = 'evt' and told.tenant = asked.tenant
left join scoring.head as said on said.tenant = asked.tenant
left join projection.checkpoint as heard on heard.log = 'sco' and heard.tenant = asked.tenant
where coalesce(scored.seq, 0) < asked.size or coalesce(told.seq, 0) < asked.size
   or coalesce(heard.seq, 0) < coalesce(said.seq, 0);

-- name: served
-- What is served of each region, year and stage by its facts up to a size, computed before stated.
select distinct on (score.tenant, score.year, wanted.stage)
       score.tenant, score.year, wanted.stage, score.index
from unnest(%(tenants)s::text[], %(sizes)s::bigint[]) as asked(tenant, size)
cross join (values ('mandiri', 'mandiri', 1), ('mandiri', 'stated:mandiri', 2),
                   ('terverifikasi', 'terverifikasi', 1),
                   ('terverifikasi', 'stated:terverifikasi', 2),
                   ('final', 'final', 1)) as wanted(stage, kept, choice)
join projection.score on score.tenant = asked.tenant and score.stage = wanted.kept
                     and score.cut_seq <= asked.size
order by score.tenant, score.year, wanted.stage, wanted.choice,
         score.happened_at desc, score.seq desc;
