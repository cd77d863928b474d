"""Wiring of scoring, the one place that constructs: `python -m services.scoring`.

With `score --rules 2026 FILE` it is the calculator and needs no server; with `--asyncapi` it prints
the document of what it says on the bus.
"""

import asyncio
import sys
from collections.abc import Mapping
from typing import get_args

from services.scoring import command
from services.scoring.consume import Scoring
from shared.io import bus, config, http, log, postgres, rulebook
from shared.io.follow import Follower
from shared.io.history import History
from shared.io.relay import Relay
from shared.kernel import contracts
from shared.kernel.events.scoring import ScoringEvent

READERS = 3
WRITERS = 2
VERSION = "1"


async def main() -> None:
    """Follow intake's log, keep scorecards, relay the scores, until told to stop."""
    settings = config.read(config.Scoring)
    log.open_log("scoring", settings.log_style)
    url = settings.database_url
    async with (
        postgres.pool(url, "intake", "scoring-read", READERS) as facts,
        postgres.pool(url, "scoring", "scoring-write", WRITERS) as own,
    ):
        history = History(facts)
        scoring = Scoring(history, rulebook.rule_sets(), rulebook.rule_digests())
        relay = Relay(url, "scoring", "sco")
        follower = Follower(
            log_name="evt",
            consumer="scoring",
            history=history,
            pool=own,
            apply=scoring.apply,
            forget=scoring.forget,
            after_commit=relay.nudge,
        )
        app = http.application(
            title="Jejak Inovasi: scoring",
            version=VERSION,
            handlers=[],
            ready=lambda: {"following": follower.ready},
            gauges=lambda: _gauges(follower, relay),
        )
        loops = [
            asyncio.create_task(follower.run(), name="follow"),
            asyncio.create_task(_on_bus(follower, relay, settings), name="bus"),
            asyncio.create_task(relay.watch(own), name="watch"),
        ]
        await http.serve_beside(app, settings, loops)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def _on_bus(follower: Follower, relay: Relay, settings: config.Scoring) -> None:
    """What needs the bus; the follower sweeps the log without it."""
    url, seed = settings.nats_url, settings.nats_seed
    async with bus.connected(url, "scoring", seed) as line, asyncio.TaskGroup() as tasks:
        tasks.create_task(follower.hear(line))
        tasks.create_task(relay.run(line))


def _gauges(follower: Follower, relay: Relay) -> Mapping[str, float]:
    return {
        "lag_events": follower.lag_events,
        "blocked_tenants": len(follower.blocked_tenants),
        "pulled_ranges_total": follower.pulled_total,
        "relay_leads": relay.leads,
        "relay_uncarried_tenants": relay.uncarried_tenants,
    }


def _print_bus_document() -> None:
    described = contracts.Bus(
        title="Jejak Inovasi: scores on the bus",
        version=VERSION,
        prefix="sco",
        log="scoring",
        kinds=get_args(ScoringEvent),
        stream=bus.stream_told("sco"),
    )
    sys.stdout.buffer.write(contracts.document(described))


if __name__ == "__main__":
    if sys.argv[1:] == ["--asyncapi"]:
        _print_bus_document()
    elif sys.argv[1:]:
        sys.exit(command.main(sys.argv[1:]))
    else:
        http.run(main)
