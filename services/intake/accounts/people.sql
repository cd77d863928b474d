-- name: by_login
select id, password is not null or identity is not null as active
from person where tenant = %(tenant)s and login = %(login)s;

-- name: known
select 1 as known from person where tenant = %(tenant)s and id = %(person)s and erased_at is null;

-- name: insert
insert into person (tenant, id, login, sealed)
values (%(tenant)s, %(person)s, %(login)s, %(sealed)s);

-- name: insert_key
insert into person_key (tenant, person, wrapped)
values (%(tenant)s, %(person)s, %(wrapped)s);

-- name: grant
insert into role_held (tenant, id, person, role, agency)
values (%(tenant)s, %(grant)s, %(person)s, %(role)s, %(agency)s);

-- name: role_of
select role from role_held where tenant = %(tenant)s and id = %(grant)s;

-- name: roles_now
select role from role_held
where tenant = %(tenant)s and person = %(person)s and withdrawn_at is null;

-- name: invite
update person set invitation = %(invitation)s, invited_until = now() + %(lasting)s
where tenant = %(tenant)s and id = %(person)s and erased_at is null;

-- name: withdraw
update role_held set withdrawn_at = now()
where tenant = %(tenant)s and id = %(grant)s and withdrawn_at is null;

-- name: end_of_role
delete from session where tenant = %(tenant)s and role_held = %(grant)s;

-- name: end_all
delete from session where tenant = %(tenant)s and person = %(person)s;

-- name: end_one
delete from session
where tenant = %(tenant)s and person = %(person)s and token_hash = %(token)s;

-- name: end_others
delete from session
where tenant = %(tenant)s and person = %(person)s and token_hash <> %(token)s;

-- name: end_tokens
update person set tokens_from = now() where tenant = %(tenant)s and id = %(person)s;

-- name: erase
update person
set login = null, identity = null, sealed = null, password = null, password_set_at = null,
    invitation = null, invited_until = null, tokens_from = 'infinity', erased_at = now()
where tenant = %(tenant)s and id = %(person)s;

-- name: erase_key
delete from person_key where tenant = %(tenant)s and person = %(person)s;

-- name: withdraw_all
update role_held set withdrawn_at = now()
where tenant = %(tenant)s and person = %(person)s and withdrawn_at is null;

-- name: all
select person.id, person.sealed, person_key.wrapped, person.created_at, person.erased_at,
       case when person.erased_at is not null then 'erased'
            when person.password is not null or person.identity is not null then 'active'
            when person.invited_until > now() then 'invited'
            else 'lapsed' end as state
from person left join person_key on person_key.person = person.id
where person.tenant = %(tenant)s and (%(person)s = '' or person.id = %(person)s)
order by person.created_at, person.id;

-- name: roles
select id, person, role, agency, granted_at, last_used_at, withdrawn_at
from role_held where tenant = %(tenant)s and (%(person)s = '' or person = %(person)s)
order by granted_at, id;

-- name: sessions
select token_hash, method, begun_at, used_at, ends_at, role_held
from session where tenant = %(tenant)s and person = %(person)s and ends_at > now()
  and used_at > now() - interval '30 minutes'
order by used_at desc;

-- name: password
select password from person where tenant = %(tenant)s and id = %(person)s;

-- name: set_password
update person
set password = %(password)s, password_set_at = now(), invitation = null, invited_until = null,
    tokens_from = now()
where tenant = %(tenant)s and id = %(person)s and erased_at is null
  and (%(invitation)s::bytea is null
       or (invitation = %(invitation)s and invited_until > now()));

-- name: rehash
update person set password = %(password)s where tenant = %(tenant)s and id = %(person)s
  and password = %(former)s;

-- name: link
update person
set identity = %(identity)s, invitation = null, invited_until = null
where tenant = %(tenant)s and id = %(person)s and identity is null and erased_at is null;

-- name: begin
-- With the password that was shown, if it still is theirs: whoever changes it waits for this, or
-- this for them, so that no session by the former one outlives it.
with own as (
    select from person
    where tenant = %(tenant)s and id = %(person)s
      and (%(password)s::text is null or password = %(password)s)
    for share
)
insert into session (tenant, token_hash, person, role_held, method, provider_session, ends_at)
select tenant, %(token)s, person, id, %(method)s, %(provider_session)s, now() + %(lasting)s
from role_held, own
where tenant = %(tenant)s and person = %(person)s and withdrawn_at is null
  and (%(grant)s = '' or id = %(grant)s)
order by last_used_at desc nulls last, granted_at, id limit 1;

-- name: note_use
update role_held set last_used_at = now()
where id = (select role_held from session where tenant = %(tenant)s and token_hash = %(token)s);

-- name: change_role
-- The end and the way of signing in stay as they were.
with former as (
    delete from session
    where tenant = %(tenant)s and person = %(person)s and token_hash = %(former)s
    returning method, provider_session, begun_at, ends_at
)
insert into session (tenant, token_hash, person, role_held, method, provider_session, begun_at,
                     ends_at)
select held.tenant, %(token)s, held.person, held.id, former.method, former.provider_session,
       former.begun_at, former.ends_at
from former, role_held held
where held.tenant = %(tenant)s and held.person = %(person)s and held.id = %(grant)s
  and held.withdrawn_at is null;

-- name: forget_oldest
delete from session
where tenant = %(tenant)s and person = %(person)s and token_hash in (
    select token_hash from session where tenant = %(tenant)s and person = %(person)s
    order by used_at desc offset %(most)s
);

-- name: sweep
delete from session where ends_at < now() or used_at < now() - interval '1 day';

-- name: sweep_tokens
delete from revoked_token where ends_at < now();
