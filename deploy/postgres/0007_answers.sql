-- schemas: intake
-- Answers that say more than a receipt, and of what records nothing in the log.

-- What was answered to a request under its key, word for word: the same key is answered the same.
create table answer (
    tenant      text not null,
    key         text not null,
    request     bytea not null,
    status      smallint not null,
    body        bytea not null,
    answered_at timestamptz not null default now(),
    primary key (tenant, key)
);
create trigger keep before update or delete on answer for each row execute function refuse_change();
create trigger keep_all before truncate on answer execute function refuse_change();
grant select, insert on answer to jejak_intake;
