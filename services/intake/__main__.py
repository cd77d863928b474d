"""Wiring of intake, the one place that constructs: `python -m services.intake`.

With `--openapi` it prints the OpenAPI document, with `--asyncapi` that of the bus, and ends.
"""

import asyncio
import sys
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, cast, get_args

from litestar import Litestar

from services.intake import surface
from services.intake.access import TABLE
from services.intake.accounts.accounts import Accounts
from services.intake.accounts.by_provider import ByProvider
from services.intake.accounts.credentials import Credentials
from services.intake.accounts.people import People
from services.intake.accounts.signing_in import SigningIn
from services.intake.admitting import Admitting
from services.intake.answers import Answers
from services.intake.deciding import Decider
from services.intake.door import Door
from services.intake.evidence.documents import Documents
from services.intake.evidence.uploads import Uploads
from services.intake.evidence.uses import Uses
from services.intake.following.courier import Courier
from services.intake.following.feed import Feed
from services.intake.following.following import Following
from services.intake.following.heads import Heads
from services.intake.following.live import Live
from services.intake.following.webhooks import Webhooks
from services.intake.handle import Intake
from services.intake.proving.named import signing_of
from services.intake.reading import Reading
from services.intake.sending import Sending
from services.intake.spreadsheets.workbooks import Workbooks
from shared.io import bus, config, http, log, postgres, rulebook, store
from shared.io.allowances import Allowances
from shared.io.bearers import Bearers, TakenBack
from shared.io.files import Files
from shared.io.gate import Gate, limits
from shared.io.history import History
from shared.io.identity import Keys
from shared.io.oidc import Provider
from shared.io.opener import Opener
from shared.io.outgoing import Outgoing
from shared.io.pages.rendering import sites_of
from shared.io.relay import Relay
from shared.io.sealing import Sealing
from shared.io.sessions import Sessions
from shared.io.sign_in_state import StateSeal
from shared.io.store import GroupCommit
from shared.kernel import contracts
from shared.kernel.errors import Refused
from shared.kernel.events.intake import IntakeEvent

READERS = 6
WRITERS = 1
# Who follows may be many at once; nobody who hands in waits behind them.
FOLLOWERS = 3


async def main() -> None:
    """Serve the HTTP interface and relay the log until told to stop."""
    settings = config.read(config.Intake)
    log.open_log("intake", settings.log_style)
    url = settings.database_url
    async with (
        postgres.pool(url, "intake", "intake-read", READERS) as readers,
        postgres.pool(url, "intake", "intake-write", WRITERS, store.LOCK_SECONDS_MAX) as writers,
        postgres.pool(url, "intake", "intake-follow", FOLLOWERS) as followers,
    ):
        relay = Relay(url, "intake", "evt")
        following = _following(followers, settings)
        committer = GroupCommit(writers, lambda: _nudge(relay, following))
        opener = Opener()
        app, upkeep = _served(readers, committer, relay, settings, opener, following)
        committing = asyncio.create_task(committer.run(), name="commit")
        others = [
            asyncio.create_task(_carry(relay, settings), name="relay"),
            asyncio.create_task(relay.watch(readers), name="watch"),
            *(asyncio.create_task(loop, name=name) for name, loop in upkeep.items()),
        ]
        loops = [committing, *others]
        await http.serve_beside(app, settings, loops, following.heads.close)
        await _end(committer, committing, others)
        await opener.close()


def _served(
    readers: postgres.Pool,
    committer: GroupCommit,
    relay: Relay,
    settings: config.Intake,
    opener: Opener,
    following: Following,
) -> tuple[Litestar, Mapping[str, Coroutine[Any, Any, None]]]:
    """The application, and what goes on beside it, by name."""
    rule_sets, digests = rulebook.rule_sets(), rulebook.rule_digests()
    history = History(readers)
    intake, reading = Intake(history, committer, Decider(rule_sets, digests)), Reading(history)
    files = Files(settings.evidence_url)
    documents = Documents(readers, files, opener)
    uploads = Uploads(readers, files, documents)
    keys, allowances = Keys(readers), Allowances(readers, limits(settings.allowance))
    accounts = _accounts(readers, intake, allowances, settings)
    door = Door(
        intake,
        reading,
        Sending(reading, Uses(history, documents), rule_sets),
        keys,
        Gate(Bearers(keys, accounts.tokens, readers), Sessions(readers), allowances, TABLE),
        documents,
        rulebook.regions(),
        rule_sets,
        digests,
        Answers(readers),
    )
    pulse, signing = postgres.Pulse(readers), signing_of(settings)
    app = surface.application(
        door,
        uploads,
        Workbooks(history, reading, documents, intake, rule_sets, digests),
        accounts,
        following,
        pulse.ready,
        lambda: {**_gauges(relay, following), **signing.gauges},
        sites_of(settings),
    )
    upkeep = {
        "pulse": pulse.run(),
        "admitting": Admitting(reading, intake).run(),
        "uploads": uploads.run(),
        "allowances": allowances.run(),
        "sessions": accounts.signing_in.run(),
        **following.loops(),
        "signing": signing.run(),
    }
    return app, upkeep


def _accounts(
    readers: postgres.Pool, intake: Intake, allowances: Allowances, settings: config.Intake
) -> Accounts:
    sealing = Sealing(settings.people_key)
    people = People(readers, intake, sealing)
    return Accounts(
        credentials=Credentials(readers, intake),
        people=people,
        signing_in=SigningIn(readers, people, sealing, allowances),
        provider=_provider(readers, settings),
    )


def _provider(readers: postgres.Pool, settings: config.Intake) -> ByProvider | None:
    named = config.read_oidc()
    if named is None:
        return None
    if not named.oidc_callback:
        raise Refused("config.missing", names="OIDC_CALLBACK")
    seal = StateSeal(settings.people_key)
    return ByProvider(readers, Provider(named, TakenBack(readers)), seal, named.oidc_callback)


async def _end(
    committer: GroupCommit, committing: asyncio.Task[None], loops: Sequence[asyncio.Task[None]]
) -> None:
    """What was asked for is committed first; everything else may be dropped at any time."""
    committer.close()
    await committing
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)


async def _carry(relay: Relay, settings: config.Intake) -> None:
    """Intake never waits for the bus: only the relay does."""
    async with bus.connected(settings.nats_url, "intake", settings.nats_seed) as line:
        await relay.run(line)


def _following(pool: postgres.Pool, settings: config.Intake) -> Following:
    """All that reads the log for others than us."""
    history = History(pool)
    feed, heads = Feed(history), Heads(history)
    outgoing = Outgoing(loopback=settings.webhook_loopback)
    return Following(
        feed=feed,
        heads=heads,
        live=Live(feed, heads),
        webhooks=Webhooks(pool, feed, outgoing),
        courier=Courier(pool, feed, outgoing),
    )


def _nudge(relay: Relay, following: Following) -> None:
    relay.nudge()
    following.nudge()


def _gauges(relay: Relay, following: Following) -> Mapping[str, float]:
    return {
        "relay_leads": relay.leads,
        "relay_uncarried_tenants": relay.uncarried_tenants,
        "open_streams": following.live.open_streams,
        "webhook_delivered_total": following.courier.delivered_total,
        "webhook_failed_total": following.courier.failed_total,
    }


def described() -> Litestar:
    """The interface as it is described: nobody asks it anything, so there is no database."""
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
    return surface.application(
        door,
        cast("Uploads", None),
        cast("Workbooks", None),
        _no_accounts(),
        cast("Following", None),
        ready=dict,
        gauges=dict,
    )


def _no_accounts() -> Accounts:
    return Accounts(
        credentials=cast("Credentials", None),
        people=cast("People", None),
        signing_in=cast("SigningIn", None),
        provider=None,
    )


def _print_bus_document() -> None:
    described = contracts.Bus(
        title="Jejak Inovasi: facts on the bus",
        version=surface.VERSION,
        prefix="evt",
        log="intake",
        kinds=get_args(IntakeEvent),
        stream=bus.stream_told("evt"),
    )
    sys.stdout.buffer.write(contracts.document(described))


if __name__ == "__main__":
    if sys.argv[1:] == ["--openapi"]:
        sys.stdout.buffer.write(http.document(described()))
    elif sys.argv[1:] == ["--asyncapi"]:
        _print_bus_document()
    else:
        http.run(main)
