-- name: entries
select tenant, year, rule_set, rule_digest, happened_until, claimed, accepted
from entry where tenant = any(%(tenants)s);

-- name: innovations
select tenant, year, innovation, registered, submitted, rejected, tahapan, main_urusan,
       other_urusan, implementation_date, development_date, words, claimed, accepted
from innovation where tenant = any(%(tenants)s);

-- name: keep_entries
insert into entry (tenant, year, rule_set, rule_digest, happened_until, claimed, accepted)
select * from unnest(
    %(tenants)s::text[], %(years)s::integer[], %(rule_sets)s::text[], %(rule_digests)s::text[],
    %(moments)s::timestamptz[], %(claimed)s::bytea[], %(accepted)s::bytea[])
on conflict (tenant, year) do update set happened_until = excluded.happened_until,
    claimed = excluded.claimed, accepted = excluded.accepted;

-- name: keep_innovations
insert into innovation (tenant, year, innovation, registered, submitted, rejected, tahapan,
                        main_urusan, other_urusan, implementation_date, development_date, words,
                        claimed, accepted)
select tenant, year, innovation, registered, submitted, rejected, tahapan, main_urusan,
       string_to_array(other_urusan, ',')::integer[], implementation_date, development_date, words,
       claimed, accepted
from unnest(
    %(tenants)s::text[], %(years)s::integer[], %(innovations)s::text[], %(registered)s::boolean[],
    %(submitted)s::boolean[], %(rejected)s::boolean[], %(tahapan)s::text[],
    %(main_urusan)s::integer[], %(other_urusan)s::text[], %(implementation_dates)s::date[],
    %(development_dates)s::date[], %(words)s::integer[], %(claimed)s::bytea[],
    %(accepted)s::bytea[])
    as kept(tenant, year, innovation, registered, submitted, rejected, tahapan, main_urusan,
            other_urusan, implementation_date, development_date, words, claimed, accepted)
on conflict (tenant, year, innovation) do update set registered = excluded.registered,
    submitted = excluded.submitted, rejected = excluded.rejected, tahapan = excluded.tahapan,
    main_urusan = excluded.main_urusan, other_urusan = excluded.other_urusan,
    implementation_date = excluded.implementation_date,
    development_date = excluded.development_date, words = excluded.words,
    claimed = excluded.claimed, accepted = excluded.accepted;
