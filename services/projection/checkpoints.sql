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

-- name: place
select place from intake.head_line
where tenant = %(tenant)s and epoch = %(epoch)s and size = %(size)s;
