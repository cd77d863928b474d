"""A log that was restored, or taken over by a copy, begins a new epoch, and says so itself.

    python -m deploy.epoch raise --reason "Dipulihkan dari cadangan pukul 02.00" [--letter ...]

Stop the services first. Every tenant's head moves to the epoch behind the highest that any tenant
has or that is named by `--above`, and the first fact of it says where the old one ends. What was
told of the old epoch beyond that is lost, and is not mixed with what comes. Afterwards the services
go on by themselves. Reads `DATABASE_URL`, of a user that owns the logs.
"""

import argparse
import asyncio
import hashlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from shared.io import config, postgres, problems, store
from shared.kernel import recovery
from shared.kernel.appending import Append, Draft
from shared.kernel.errors import Failure
from shared.kernel.events.recovery import EpochRaised
from shared.kernel.recorded import Meta, encode, topic
from shared.kernel.streams import stream_of

LOGS = ("intake", "scoring")

_HEADS = "select tenant, seq, epoch from head where seq > 0 order by tenant for update"
_RAISE = "update head set epoch = %(epoch)s"


Rows = Sequence[Mapping[str, Any]]


class Place(Struct, frozen=True, kw_only=True):
    """Where the logs are, from the environment."""

    database_url: str


async def raise_epoch(url: str, reason: str, letter: str = "", above: int = 0) -> int:
    """Begin a new epoch in every log of every tenant, all or none; its number."""
    async with await postgres.connect(url, "public", "epoch") as connection:
        with postgres.translated():
            async with connection.transaction():
                heads = {log: await _heads(connection, log) for log in LOGS}
                epoch, begun = recovery.begin(heads, reason, letter, above)
                for log, said in begun.items():
                    await _raise(connection, log, epoch, said)
    return epoch


async def _heads(connection: postgres.Connection, log: str) -> Rows:
    await connection.execute(f"set local search_path to {log}")
    await postgres.reach_all(connection)
    return await postgres.fetch(connection, _HEADS)


async def _raise(
    connection: postgres.Connection, log: str, epoch: int, said: Sequence[tuple[str, EpochRaised]]
) -> None:
    if not said:
        return
    await connection.execute(f"set local search_path to {log}")
    await postgres.reach_all(connection)
    await postgres.execute(connection, _RAISE, {"epoch": epoch})
    appends = [_append(tenant, event) for tenant, event in said]
    for outcome in await store.append_within(connection, appends):
        if isinstance(outcome, Failure):
            raise outcome


def _append(tenant: str, event: EpochRaised) -> Append:
    state = encode(event)
    draft = Draft(
        stream=stream_of(event),
        topic=topic(event),
        state=state,
        meta=encode(Meta(actor="deploy", role="deploy")),
    )
    return Append(
        tenant=tenant,
        key=f"deploy epoch/{event.epoch}",
        request=hashlib.sha256(state).digest(),
        expected={},
        drafts=(draft,),
    )


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.epoch")
    raised = parser.add_subparsers(required=True).add_parser("raise", help="mulai epoch baru")
    raised.add_argument("--reason", required=True, help="apa yang terjadi pada log")
    raised.add_argument("--letter", default="", help="surat atau berita acara")
    raised.add_argument("--above", type=int, default=0, help="epoch tertinggi yang diketahui")
    told = parser.parse_args(arguments)
    try:
        url = config.read(Place).database_url
        print(asyncio.run(raise_epoch(url, told.reason, told.letter, told.above)))
    except Failure as failure:
        print(problems.sentence(failure.reason, "id", failure.facts), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
