"""Wiring of intake, the one place that constructs: `python -m services.intake`.

With `--openapi` it prints the OpenAPI document and ends.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import cast

from services.intake import surface
from services.intake.admitting import Admitting
from services.intake.answers import Answers
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
from shared.io.files import Files
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
        rule_sets = rulebook.rule_sets()
        digests = rulebook.rule_digests()
        decider = Decider(rule_sets, digests)
        history = History(readers)
        intake = Intake(history, committer, decider)
        reading = Reading(history)
        files, opener = Files(settings.evidence_url), Opener()
        documents = Documents(readers, files, opener)
        uploads = Uploads(readers, files, documents)
        door = Door(
            intake,
            reading,
            Sending(reading, Uses(history, readers), rule_sets),
            Keys(readers),
            documents,
            rulebook.regions(),
            rule_sets,
            digests,
            Answers(readers),
        )
        pulse = postgres.Pulse(readers)
        workbooks = Workbooks(history, reading, documents, intake, rule_sets, digests)
        app = surface.application(
            door, uploads, workbooks, lambda: {"database": pulse.beats}, lambda: _gauges(relay)
        )
        committing = asyncio.create_task(committer.run(), name="commit")
        others = [
            asyncio.create_task(_carry(relay, settings.nats_url), name="relay"),
            asyncio.create_task(relay.watch(readers), name="watch"),
            asyncio.create_task(pulse.run(), name="pulse"),
            asyncio.create_task(Admitting(reading, intake).run(), name="admitting"),
            asyncio.create_task(uploads.run(), name="uploads"),
        ]
        loops = [committing, *others]
        await http.serve_beside(app, settings.listen_host, settings.listen_port, loops)
        committer.close()
        await committing
        await _end(others)
        await opener.close()


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
        cast("Documents", None),
        rulebook.regions(),
        rulebook.rule_sets(),
        rulebook.rule_digests(),
        cast("Answers", None),
    )
    uploads, workbooks = cast("Uploads", None), cast("Workbooks", None)
    sys.stdout.buffer.write(
        http.document(surface.application(door, uploads, workbooks, ready=dict, gauges=dict))
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--openapi"]:
        _print_document()
    else:
        http.run(main)
