"""API keys: made here, shown once, kept only as the SHA-256 of their secret.

    python -m deploy.keys create --tenant 63.10 --role region_admin [--client NAME] [--history]

`--client` names the program that will hold the key. To replace a key, make the next one with the
same name (the first key's id if none was given): a repeat under it is still known as a repeat.

Reads `DATABASE_URL` (a user that may write `intake.api_key`). `ensure` is for the sample province,
which keeps its keys in a file so that whoever tries it out can use them.
"""

import argparse
import asyncio
import hashlib
import secrets
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import get_args

import msgspec
from msgspec import Struct

from deploy.local import credentials
from shared.io import config, identity, postgres, problems, rulebook, store
from shared.io.identity import PREFIX, Role, must_fit
from shared.kernel import names
from shared.kernel.appending import Append, Draft
from shared.kernel.errors import Failure, Refused
from shared.kernel.events.access import KeyIssued
from shared.kernel.recorded import Meta, encode, topic
from shared.kernel.streams import stream_of

IDENTITY_BYTES = 8

_INSERT = """
insert into api_key (id, client, tenant, role, secret_hash, history)
values (%(id)s, %(client)s, %(tenant)s, %(role)s, %(secret_hash)s, %(history)s)
"""
# The file is what people hold, so the row follows it; a revoked key stays revoked.
_ENSURE = (
    _INSERT
    + """
on conflict (id) do update set secret_hash = excluded.secret_hash, history = excluded.history
where (api_key.secret_hash, api_key.history)
   is distinct from (excluded.secret_hash, excluded.history)
"""
)
_RETURNING = "returning expires_at"
_OTHERS = """
select 1 from api_key where client = %(client)s and (tenant, role) <> (%(tenant)s, %(role)s) limit 1
"""
_FIRST = "select min(created_at) as first from api_key where id = any(%(ids)s)"


class Place(Struct, frozen=True, kw_only=True):
    """Where the keys are kept, from the environment."""

    database_url: str


class Wanted(Struct, frozen=True, kw_only=True):
    """A key that should exist; `history` lets it state moments in the past.

    `client` is the program that will hold it; empty stands for the key's own id.
    """

    tenant: str
    role: Role
    history: bool = False
    client: str = ""

    @property
    def name(self) -> str:
        """What it is called in the file: `63.10 region_admin`."""
        return f"{self.tenant} {self.role}"

    @property
    def identity(self) -> str:
        """Fixed by the name: a key made anew speaks as the same actor, under the same commands."""
        return f"contoh-{self.tenant}-{self.role.replace('_', '-')}"


class Ensured(Struct, frozen=True, kw_only=True):
    """The keys by name, and when the database first knew one of them."""

    keys: Mapping[str, str]
    since: datetime


def held_row(key: str, wanted: Wanted) -> dict[str, object]:
    """What the database keeps of a key and of the program that holds it."""
    kept = row(key, wanted)
    return {**kept, "client": wanted.client or kept["id"]}


def row(key: str, wanted: Wanted) -> dict[str, object]:
    """What the database keeps of the key itself."""
    _, key_id, secret = key.split("_", 2)
    return {
        "id": key_id,
        "tenant": wanted.tenant,
        "role": wanted.role,
        "secret_hash": hashlib.sha256(secret.encode()).digest(),
        "history": wanted.history,
    }


def completed(known: Mapping[str, str], wanted: Iterable[Wanted]) -> dict[str, str]:
    """The keys already held and those that were missing; what is not one of ours is replaced."""
    return {
        **known,
        **{
            each.name: identity.presented(each.identity)
            for each in wanted
            if not known.get(each.name, "").startswith(f"{PREFIX}_{each.identity}_")
        },
    }


def held(wanted: Sequence[Wanted], file: Path) -> dict[str, str]:
    """The file's keys, completed; written only if something was missing, for its owner alone."""
    known = msgspec.json.decode(file.read_bytes(), type=dict[str, str]) if file.exists() else {}
    keys = completed(known, wanted)
    if keys != known:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        credentials.write_private(file, msgspec.json.format(msgspec.json.encode(keys)))
    return keys


async def ensure(url: str, wanted: Sequence[Wanted], file: Path) -> Ensured:
    """See that the file and the database hold every key; a second time changes nothing.

    A new database beside an old file is given the old keys; a lost file, new secrets.
    """
    keys = held(wanted, file)
    async with await postgres.connect(url, "intake", "keys") as connection:
        with postgres.translated():
            for each in wanted:
                await postgres.execute(connection, _ENSURE, held_row(keys[each.name], each))
            first = await postgres.fetch(
                connection, _FIRST, {"ids": [each.identity for each in wanted]}
            )
    return Ensured(keys=keys, since=first[0]["first"])


async def create(url: str, wanted: Wanted) -> str:
    """A new key, known to nobody but the caller from now on."""
    known = {names.MINISTRY, *(region.code for region in rulebook.regions().regions)}
    if wanted.tenant not in known:
        raise Refused("tenant.unknown", tenant=wanted.tenant)
    key = identity.presented(secrets.token_hex(IDENTITY_BYTES))
    async with await postgres.connect(url, "intake", "keys") as connection:
        with postgres.translated():
            async with connection.transaction():
                told = held_row(key, wanted)
                taken = await postgres.fetch(connection, _OTHERS, told)
                must_fit(wanted.tenant, wanted.role, str(told["client"]), taken=bool(taken))
                kept = await postgres.fetch(connection, _INSERT + _RETURNING, told)
                issued = KeyIssued(
                    key=str(told["id"]),
                    client=str(told["client"]),
                    role=wanted.role,
                    reads_only=False,
                    expires_at=kept[0]["expires_at"],
                )
                (outcome,) = await store.append_within(connection, [_recorded(wanted, issued)])
                if isinstance(outcome, Failure):
                    raise outcome
    return key


def _recorded(wanted: Wanted, issued: KeyIssued) -> Append:
    """The fact beside the row: who may speak for a tenant is read from its log."""
    state = encode(issued)
    draft = Draft(
        stream=stream_of(issued),
        topic=topic(issued),
        state=state,
        meta=encode(Meta(actor="deploy", role="deploy")),
    )
    return Append(
        tenant=wanted.tenant,
        key=f"deploy key/{issued.key}",
        request=hashlib.sha256(state).digest(),
        expected={},
        drafts=(draft,),
    )


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.keys")
    made = parser.add_subparsers(required=True).add_parser("create", help="buat satu kunci API")
    made.add_argument("--tenant", required=True, help="kode daerah, atau 00 untuk kementerian")
    made.add_argument("--role", required=True, choices=get_args(Role))
    made.add_argument("--client", default="", help="nama program pemegang; sama saat kunci diganti")
    made.add_argument("--history", action="store_true", help="boleh menyatakan waktu lampau")
    told = parser.parse_args(arguments)
    wanted = Wanted(tenant=told.tenant, role=told.role, history=told.history, client=told.client)
    try:
        print(asyncio.run(create(config.read(Place).database_url, wanted)))
    except Failure as failure:
        print(problems.sentence(failure.reason, "id", failure.facts), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
