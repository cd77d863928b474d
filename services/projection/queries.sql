-- name: one_view
-- All statements of one answer see the same rows.
set transaction isolation level repeatable read read only;

-- name: ranking
-- One index seek per region: the last row before the moment. Only one of the two bounds is ever
-- nearer than the end of time: what happened by then, or what was known by then. Where nothing was
-- computed, a second seek finds what somebody stated.
select last.*
from unnest(%(tenants)s::text[]) as asked(tenant)
cross join lateral (
    select * from unnest(%(stages)s::text[]) with ordinality as wanted(stage, choice)
    cross join lateral (
        select tenant, seq, happened_at, known_at, rule_set, rule_digest, index, predikat, spd,
               mean, number, innovations, divisor, affairs, rejected, agencies, agencies_total,
               complete, cut_seq, decree, source, sample, log = 'evt' as stated
        from score
        where score.tenant = asked.tenant and score.year = %(year)s
          and score.stage = wanted.stage
          and score.happened_at < %(happened_before)s and score.known_at < %(known_before)s
        order by score.happened_at desc, score.seq desc
        limit 1
    ) as newest
    order by wanted.choice
    limit 1
) as last;

-- name: targets
-- What each region's plan said at the moment.
select last.*
from unnest(%(tenants)s::text[]) as asked(tenant)
cross join lateral (
    select tenant, year, target, instrument, seq from target
    where target.tenant = asked.tenant and target.year = %(year)s
      and target.happened_at < %(happened_before)s and target.known_at < %(known_before)s
    order by target.happened_at desc, target.seq desc
    limit 1
) as last;

-- name: region_years
-- The years of which a region has said, or promised, anything.
select year from activity where tenant = %(tenant)s
union
select year from target where tenant = %(tenant)s
order by year;

-- name: any_result
-- Whether any of the regions had an official result by the moment.
select exists (
    select from unnest(%(tenants)s::text[]) as asked(tenant)
    join score on score.tenant = asked.tenant
    where score.year = %(year)s and score.stage = %(stage)s
      and score.happened_at < %(happened_before)s and score.known_at < %(known_before)s
) as found;

-- name: seasons
select keeper, year, rule_set, rule_digest, letter, opened_at, opened_known_at
from season order by year desc, keeper;

-- name: season
-- A province's own calendar goes before the ministry's.
select keeper, year, rule_set, rule_digest, letter, opened_at, opened_known_at
from season where year = %(year)s and keeper in (%(province)s, %(ministry)s)
order by keeper desc limit 1;

-- name: calendar
-- What was said of the calendars of some keepers, in the order in which it was.
select keeper, year, seq, happened_at, known_at, state from calendar
where keeper = any(%(keepers)s::text[]) and year = any(%(years)s::integer[])
order by keeper, year, seq;

-- name: heard
-- Per region: the last fact of the season that was heard, and where scoring or this service had to
-- stop; scoring's own list says so, since a stopped region says nothing more on its log. A place
-- is named only where it is one of intake's log: scoring's numbers say nothing to a reader.
select asked.tenant, coalesce(activity.last_seq, 0) as last_seq, stopped.logs > 0 as stopped,
       stopped.seq as stopped_at
from unnest(%(tenants)s::text[]) as asked(tenant)
left join activity on activity.tenant = asked.tenant and activity.year = %(year)s
left join lateral (
    select count(*) as logs, min(seq) filter (where log = 'evt') as seq from (
        select log, tenant, seq from blocked union all select log, tenant, seq from scoring.blocked
    ) as either where either.tenant = asked.tenant
) as stopped on true;

-- name: provinces
-- Which provinces have said anything in which season, and how many of their regions.
select left(tenant, 2) as province, year, count(*) as regions, max(last_at) as last_at
from activity where length(tenant) > 2
group by left(tenant, 2), year
order by left(tenant, 2), year desc;
