"""Hear facts and scores, write rows: in the transaction that moves the checkpoints."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services.projection.core import ranking
from shared.io import postgres
from shared.kernel import calendar
from shared.kernel.events.agency import (
    AgencyClosed,
    AgencyRegistered,
    AgencyRevised,
    CoachAssigned,
    InnovationsDecreed,
    StepAgreed,
    StepClosed,
)
from shared.kernel.events.branch import BranchDiscarded, BranchSaved
from shared.kernel.events.late import LateAdmitted, LateDismissed
from shared.kernel.events.result import ResultPublished, ScoreReported, TargetSet
from shared.kernel.events.scoring import ScoreCalculated
from shared.kernel.events.season import SeasonEntered, SeasonOpened
from shared.kernel.events.verification import SampleDrawn, VerifierAssigned
from shared.kernel.recorded import Recorded, Stored, decode, encode

# What a region intends, how it is organised and coached, and how verifiers share their work is
# nothing it reports: a season is not begun by it. Neither is the entry that stands before a first
# fact, nor what the service itself decides of a late item; that it came late is the region's doing.
NO_ACTIVITY = (
    TargetSet,
    BranchSaved,
    BranchDiscarded,
    SeasonEntered,
    AgencyRegistered,
    AgencyRevised,
    AgencyClosed,
    InnovationsDecreed,
    CoachAssigned,
    StepAgreed,
    StepClosed,
    VerifierAssigned,
    SampleDrawn,
    LateAdmitted,
    LateDismissed,
)

_SQL = postgres.queries(Path(__file__).parent / "project.sql")

Row = Mapping[str, Any]


async def project_facts(
    connection: postgres.Connection, ranges: Mapping[str, Sequence[Stored]]
) -> None:
    """What intake says: seasons, official results, and when each region last spoke."""
    rows: list[Row] = []
    targets: list[Row] = []
    spoken: dict[tuple[str, int], tuple[int, datetime]] = {}
    for events in ranges.values():
        for recorded in map(decode, events):
            event = recorded.event
            if event.year and not isinstance(event, NO_ACTIVITY):
                spoken[recorded.tenant, event.year] = (recorded.seq, recorded.happened_at)
            match event:
                case _ if isinstance(event, calendar.SAID):
                    await _season(connection, recorded)
                case ResultPublished() | ScoreReported():
                    rows.append(_published(recorded, event))
                case TargetSet():
                    targets.append(_target(recorded, event))
                case _:
                    continue
    await _add(connection, "add_scores", rows)
    await _add(connection, "add_targets", targets)
    await postgres.execute(
        connection,
        _SQL["note_activity"],
        {
            "tenants": [tenant for tenant, _ in spoken],
            "years": [year for _, year in spoken],
            "seqs": [seq for seq, _ in spoken.values()],
            "moments": [moment for _, moment in spoken.values()],
        },
    )


async def project_scores(
    connection: postgres.Connection, ranges: Mapping[str, Sequence[Stored]]
) -> None:
    """What scoring says: the history of every index."""
    rows = [
        _score(recorded, recorded.event)
        for events in ranges.values()
        for recorded in map(decode, events)
        if isinstance(recorded.event, ScoreCalculated)
    ]
    await _add(connection, "add_scores", rows)


async def _season(connection: postgres.Connection, recorded: Recorded) -> None:
    event = recorded.event
    told = {
        "keeper": recorded.tenant,
        "seq": recorded.seq,
        "year": event.year,
        "moment": recorded.happened_at,
        "known": recorded.recorded_at,
        "state": encode(event),
    }
    await postgres.execute(connection, _SQL["note_calendar"], told)
    if isinstance(event, SeasonOpened):
        told |= {
            "rule_set": event.rule_set,
            "rule_digest": event.rule_digest,
            "letter": event.letter,
        }
        await postgres.execute(connection, _SQL["open_season"], told)


def _score(recorded: Recorded, event: ScoreCalculated) -> Row:
    return {
        "logs": "sco",
        "tenants": recorded.tenant,
        "seqs": recorded.seq,
        "years": event.year,
        "stages": event.stage,
        "happened": event.happened_at,
        "known": event.known_at,
        "rule_sets": event.rule_set,
        "rule_digests": event.rule_digest,
        "indexes": event.index,
        "predikat": event.predikat,
        "spd": event.spd,
        "means": event.mean,
        "numbers": event.number,
        "innovations": event.innovations,
        "divisors": event.divisor,
        "affairs": event.affairs,
        "rejected": event.rejected,
        "agencies": None,
        "agencies_totals": None,
        "complete": event.complete,
        "cuts": event.cut_seq,
        "decrees": "",
        "sources": "",
        "samples": False,
    }


def _published(recorded: Recorded, event: ResultPublished | ScoreReported) -> Row:
    return {
        "logs": "evt",
        "tenants": recorded.tenant,
        "seqs": recorded.seq,
        "years": event.year,
        "stages": ranking.stated(event.stage)
        if isinstance(event, ScoreReported)
        else ranking.FINAL,
        "happened": recorded.happened_at,
        "known": recorded.recorded_at,
        "rule_sets": event.rule_set,
        "rule_digests": event.rule_digest,
        "indexes": event.score,
        "predikat": event.predikat,
        "spd": None,
        "means": None,
        "numbers": None,
        "innovations": event.innovations,
        "divisors": None,
        "affairs": None,
        "rejected": None,
        "agencies": event.agencies,
        "agencies_totals": event.agencies_total,
        "complete": True,
        "cuts": recorded.seq,
        "decrees": event.decree_number if isinstance(event, ResultPublished) else "",
        "sources": event.source,
        "samples": event.sample,
    }


def _target(recorded: Recorded, event: TargetSet) -> Row:
    return {
        "tenants": recorded.tenant,
        "seqs": recorded.seq,
        "years": event.year,
        "happened": recorded.happened_at,
        "known": recorded.recorded_at,
        "targets": event.target,
        "instruments": event.instrument,
    }


async def _add(connection: postgres.Connection, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        await postgres.execute(connection, _SQL[statement], columns)
