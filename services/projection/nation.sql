-- name: one_view
-- All statements of one answer see the same rows.
set transaction isolation level repeatable read read only;

-- name: known
-- Whether anybody opened a season of that year.
select exists (select from season where year = %(year)s) as known;

-- name: entries
select tenant, rule_set, rule_digest,
       case when %(verified)s then accepted else claimed end as levels
from scoring.present_entry
where year = %(year)s and tenant = any(%(tenants)s);

-- name: innovations
-- Innovations that all rules asked about judge alike come as one row of concatenated levels: their
-- dates and words lie between the same thresholds (see core/judging.py).
select tenant, tahapan, submitted, rejected, applied, developed, worded,
       count(*) as innovations, string_agg(levels, ''::bytea) as levels,
       array_agg(main_urusan) as main_urusan,
       coalesce(string_agg(others, ',') filter (where others <> ''), '') as other_urusan
from (
    select tenant, tahapan, submitted, rejected,
           width_bucket(implementation_date, %(dates)s::date[]) as applied,
           width_bucket(development_date, %(dates)s::date[]) as developed,
           width_bucket(words, %(words)s::integer[]) as worded,
           case when %(verified)s then accepted else claimed end as levels,
           main_urusan, array_to_string(other_urusan, ',') as others
    from scoring.present_innovation
    where year = %(year)s and tenant = any(%(tenants)s)
) as registered
group by tenant, tahapan, submitted, rejected, applied, developed, worded;
