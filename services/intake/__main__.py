"""Wiring of intake, the one place that constructs: `python -m services.intake`."""

import asyncio
from collections.abc import Mapping

from services.intake import web, web_indicators
from services.intake.documents import Documents
from services.intake.door import Door
from services.intake.handle import Intake
from services.intake.identity import Keys
from shared.io import bus, config, http, log, postgres, rulebook
from shared.io.files import Files
from shared.io.history import History
from shared.io.relay import Relay
from shared.io.store import GroupCommit

READERS = 6
WRITERS = 1
VERSION = "1"


async def main() -> None:
    """Serve the HTTP interface and relay the log until told to stop."""
    settings = config.read(config.Intake)
    log.open_log("intake", settings.log_style)
    url = settings.database_url
    async with (
        postgres.pool(url, "intake", "intake-read", READERS) as readers,
        postgres.pool(url, "intake", "intake-write", WRITERS) as writers,
    ):
        relay = Relay(url, "intake", "evt")
        store = GroupCommit(writers, relay.nudge)
        rule_sets = rulebook.rule_sets()
        intake = Intake(History(readers), store, rule_sets)
        door = Door(
            intake,
            Keys(readers),
            Documents(readers, Files(settings.evidence_url)),
            rulebook.regions(),
            rulebook.rule_digests(),
        )
        app = http.application(
            title="Jejak Inovasi: intake",
            version=VERSION,
            handlers=[*web.routes(door), *web_indicators.routes(door)],
            ready=lambda: {"database": True},
            gauges=lambda: _gauges(relay),
        )
        committing = asyncio.create_task(store.run(), name="commit")
        relaying = asyncio.create_task(_carry(relay, settings.nats_url), name="relay")
        await http.serve_beside(
            app, settings.listen_host, settings.listen_port, [committing, relaying]
        )
        store.close()
        await committing
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)


async def _carry(relay: Relay, nats_url: str) -> None:
    """Intake never waits for the bus: only the relay does."""
    async with bus.connected(nats_url, "intake") as line:
        await relay.run(line)


def _gauges(relay: Relay) -> Mapping[str, float]:
    return {"relay_uncarried_tenants": relay.waiting_tenants}


if __name__ == "__main__":
    http.run(main)
