"""Wiring of projection, the one place that constructs: `python -m services.projection`.

With `--openapi` it prints the OpenAPI document and ends.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import cast

from litestar import Litestar
from litestar.types import ControllerRouterHandler

from services.projection import surface
from services.projection.access import TABLE
from services.projection.answering import Answering, answering
from services.projection.pages import (
    changes,
    detail,
    origin,
    proof,
    regional,
    timeline,
    trial,
)
from services.projection.project import project_facts, project_scores
from services.projection.read import Reader
from services.projection.tables import Tables
from services.projection.web import analysis as web_analysis
from services.projection.web import auditing as web_auditing
from services.projection.web import branches as web_branches
from services.projection.web import bundles as web_bundles
from services.projection.web import certificates as web_certificates
from services.projection.web import change as web_change
from services.projection.web import checkpoints as web_checkpoints
from services.projection.web import closing as web_closing
from services.projection.web import evidence as web_evidence
from services.projection.web import log as web_log
from services.projection.web import nation as web_nation
from services.projection.web import organisation as web_organisation
from services.projection.web import receipts as web_receipts
from services.projection.web import replaying as web_replaying
from services.projection.web import rules as web_rules
from services.projection.web import verification as web_verification
from shared.io import bus, config, http, log, postgres, rulebook, signing
from shared.io.allowances import Allowances
from shared.io.bearers import Bearers, TakenBack
from shared.io.follow import Follower
from shared.io.gate import Gate, limits
from shared.io.history import History
from shared.io.identity import Keys
from shared.io.oidc import Provider
from shared.io.once import Apply
from shared.io.pages.rendering import sites_of
from shared.io.sessions import Sessions

READERS = 3
WRITERS = 2
# One page is one connection for five short reads.
PAGES = 6


async def main() -> None:
    """Follow both logs, keep the read models, serve them, until told to stop."""
    settings = config.read(config.Projection)
    log.open_log("projection", settings.log_style)
    url = settings.database_url
    async with (
        postgres.pool(url, "intake", "projection-facts", READERS) as facts,
        postgres.pool(url, "scoring", "projection-scores", READERS) as scores,
        postgres.pool(url, "projection", "projection-write", WRITERS) as own,
        postgres.pool(url, "projection", "projection-read", PAGES) as pages,
    ):
        followers = {
            "facts": _follower("evt", History(facts), own, project_facts),
            "scores": _follower("sco", History(scores), own, project_scores),
        }
        reader = Reader(Tables(pages), rulebook.regions(), rulebook.rule_sets())
        of = answering(facts, pages, reader, settings.certificate_key)
        allowances = Allowances(own, limits(settings.allowance))
        app = surface.application(
            reader,
            ready=lambda: {name: follower.ready for name, follower in followers.items()},
            gauges=lambda: _gauges(followers),
            analyses=_answers(of),
            gate=Gate(_bearers(facts), Sessions(facts), allowances, TABLE),
            sites=sites_of(settings),
        )
        loops = [
            asyncio.create_task(allowances.run(), name="allowances"),
            *(
                asyncio.create_task(follower.run(), name=f"follow-{name}")
                for name, follower in followers.items()
            ),
            asyncio.create_task(_on_bus(list(followers.values()), settings), name="bus"),
        ]
        await http.serve_beside(app, settings, loops)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


def _bearers(facts: postgres.Pool) -> Bearers:
    named = config.read_oidc()
    tokens = Provider(named, TakenBack(facts)).tokens if named else None
    return Bearers(Keys(facts), tokens, facts)


async def _on_bus(followers: Sequence[Follower], settings: config.Projection) -> None:
    """What needs the bus; the followers sweep their logs without it."""
    url, seed = settings.nats_url, settings.nats_seed
    async with bus.connected(url, "projection", seed) as line, asyncio.TaskGroup() as tasks:
        for follower in followers:
            tasks.create_task(follower.hear(line))


def _follower(log_name: str, history: History, own: postgres.Pool, apply: Apply) -> Follower:
    """Nothing is held in memory, so there is nothing to forget."""
    return Follower(
        log_name=log_name,
        consumer="projection",
        history=history,
        pool=own,
        apply=apply,
        forget=lambda _: None,
    )


def _answers(of: Answering) -> Sequence[ControllerRouterHandler]:
    return [*_analyses(of), *_pages(of)]


def _analyses(of: Answering) -> Sequence[ControllerRouterHandler]:
    """What reads the facts themselves, and who may see a region's own plans."""
    named = [affair.nama for affair in of.affairs]
    return [
        *web_analysis.routes(of.analyst, of.other_rules, of.chronicle, of.contexts, named),
        *web_change.routes(of.comparer, of.foreteller, of.chronicle, of.contexts),
        *web_branches.routes(of.brancher, of.contexts),
        *web_organisation.routes(of.organiser, of.contexts),
        *web_verification.routes(of.verifying, of.contexts),
        *web_closing.routes(of.closing, of.contexts),
        *web_auditing.routes(of.auditing, of.contexts),
        *web_checkpoints.routes(of.checkpoints, of.certifying, of.reader),
        *web_bundles.routes(of.bundling, of.reader.register),
        *web_receipts.routes(of.receipts, of.reader, of.logs),
        *web_certificates.routes(of.certifying, of.reader.register),
        *web_replaying.routes(of.replaying),
        *web_nation.routes(of.nation, of.digests),
        *web_evidence.routes(of.reader, of.logs),
        *web_log.routes(of.reader, of.receipts),
        *web_rules.routes(of.rule_sets, of.digests, of.affairs, rulebook.form_for_year),
    ]


def _pages(of: Answering) -> Sequence[ControllerRouterHandler]:
    """The pages beside the ranking's own."""
    return [
        *proof.routes(of.receipts, of.reader, of.logs),
        *detail.routes(of),
        *changes.routes(of),
        *timeline.routes(of),
        *trial.routes(of),
        *regional.routes(of),
        *origin.routes(of),
    ]


def _gauges(followers: Mapping[str, Follower]) -> Mapping[str, float]:
    return {
        f"{gauge}_{name}": value
        for name, follower in followers.items()
        for gauge, value in {
            "lag_events": follower.lag_events,
            "blocked_tenants": len(follower.blocked_tenants),
            "pulled_ranges_total": follower.pulled_total,
        }.items()
    }


def described() -> Litestar:
    """The interface as it is described: nobody asks it anything, so there is no database."""
    nowhere = cast("postgres.Pool", None)
    reader = Reader(Tables(nowhere), rulebook.regions(), rulebook.rule_sets())
    of = answering(nowhere, nowhere, reader, signing.new_seed())
    return surface.application(reader, ready=dict, gauges=dict, analyses=_answers(of))


if __name__ == "__main__":
    if sys.argv[1:] == ["--openapi"]:
        sys.stdout.buffer.write(http.document(described()))
    else:
        http.run(main)
