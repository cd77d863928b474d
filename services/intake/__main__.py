"""Wiring of intake, the one place that constructs: `python -m services.intake`.

With `--openapi` it prints the OpenAPI document and ends.
"""

import asyncio
import sys
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, cast

from litestar import Litestar

from services.intake import surface
from services.intake.access import TABLE
from services.intake.admitting import Admitting
from services.intake.answers import Answers
from services.intake.credentials import Credentials
from services.intake.deciding import Decider
from services.intake.door import Door
from services.intake.evidence.documents import Documents
from services.intake.evidence.uploads import Uploads
from services.intake.evidence.uses import Uses
from services.intake.handle import Intake
from services.intake.reading import Reading
from services.intake.sending import Sending
from services.intake.spreadsheets.workbooks import Workbooks
from shared.io import bus, config, http, log, postgres, rulebook, store
from shared.io.allowances import Allowances
from shared.io.files import Files
from shared.io.gate import Gate, limits
from shared.io.history import History
from shared.io.identity import Keys
from shared.io.opener import Opener
from shared.io.relay import Relay
from shared.io.store import GroupCommit

READERS = 6
WRITERS = 1


async def main() -> None:
    """Serve the HTTP interface and relay the log until told to stop."""
    settings = config.read(config.Intake)
    log.open_log("intake", settings.log_style)
    url = settings.database_url
    async with (
        postgres.pool(url, "intake", "intake-read", READERS) as readers,
        postgres.pool(url, "intake", "intake-write", WRITERS, store.LOCK_SECONDS_MAX) as writers,
    ):
        relay = Relay(url, "intake", "evt")
        committer = GroupCommit(writers, relay.nudge)
        opener = Opener()
        app, upkeep = _served(readers, committer, relay, settings, opener)
        committing = asyncio.create_task(committer.run(), name="commit")
        others = [
            asyncio.create_task(_carry(relay, settings.nats_url), name="relay"),
            asyncio.create_task(relay.watch(readers), name="watch"),
            *(asyncio.create_task(loop, name=name) for name, loop in upkeep.items()),
        ]
        loops = [committing, *others]
        await http.serve_beside(app, settings, loops)
        committer.close()
        await committing
        await _end(others)
        await opener.close()


def _served(
    readers: postgres.Pool,
    committer: GroupCommit,
    relay: Relay,
    settings: config.Intake,
    opener: Opener,
) -> tuple[Litestar, Mapping[str, Coroutine[Any, Any, None]]]:
    """The application, and what goes on beside it, by name."""
    rule_sets, digests = rulebook.rule_sets(), rulebook.rule_digests()
    history = History(readers)
    intake = Intake(history, committer, Decider(rule_sets, digests))
    reading = Reading(history)
    files = Files(settings.evidence_url)
    documents = Documents(readers, files, opener)
    uploads = Uploads(readers, files, documents)
    keys, allowances = Keys(readers), Allowances(readers, limits(settings.allowance))
    door = Door(
        intake,
        reading,
        Sending(reading, Uses(history, documents), rule_sets),
        keys,
        Gate(keys, allowances, TABLE),
        documents,
        rulebook.regions(),
        rule_sets,
        digests,
        Answers(readers),
    )
    pulse = postgres.Pulse(readers)
    app = surface.application(
        door,
        uploads,
        Workbooks(history, reading, documents, intake, rule_sets, digests),
        Credentials(readers, intake),
        lambda: {"database": pulse.beats},
        lambda: _gauges(relay),
    )
    upkeep = {
        "pulse": pulse.run(),
        "admitting": Admitting(reading, intake).run(),
        "uploads": uploads.run(),
        "allowances": allowances.run(),
    }
    return app, upkeep


async def _end(loops: Sequence[asyncio.Task[None]]) -> None:
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)


async def _carry(relay: Relay, nats_url: str) -> None:
    """Intake never waits for the bus: only the relay does."""
    async with bus.connected(nats_url, "intake") as line:
        await relay.run(line)


def _gauges(relay: Relay) -> Mapping[str, float]:
    return {
        "relay_leads": relay.leads,
        "relay_uncarried_tenants": relay.uncarried_tenants,
    }


def _print_document() -> None:
    """The interface is described without being asked anything, so there is no database."""
    door = Door(
        cast("Intake", None),
        cast("Reading", None),
        cast("Sending", None),
        cast("Keys", None),
        None,
        cast("Documents", None),
        rulebook.regions(),
        rulebook.rule_sets(),
        rulebook.rule_digests(),
        cast("Answers", None),
    )
    app = surface.application(
        door,
        cast("Uploads", None),
        cast("Workbooks", None),
        cast("Credentials", None),
        ready=dict,
        gauges=dict,
    )
    sys.stdout.buffer.write(http.document(app))


if __name__ == "__main__":
    if sys.argv[1:] == ["--openapi"]:
        _print_document()
    else:
        http.run(main)
