"""What scoring keeps of a region is all it needs: restarted or not, the same is said."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.scoring import tables
from services.scoring.consume import Scoring
from shared.io import postgres, rulebook
from shared.io.history import History
from shared.kernel.errors import Corrupt
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationReinstated,
    InnovationRejected,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.events.season import SeasonEntered
from shared.kernel.recorded import Event
from tests import examples
from tests.databases import Database

YEAR = 2026
RULES = rulebook.rule_set_for_year(YEAR)
DIGESTS = rulebook.rule_digests()
GOOD = Profile(
    name="Baik",
    tahapan="penerapan",
    main_urusan=2,
    other_urusan=(3,),
    implementation_date=date(2025, 3, 1),
    design="kata " * 300,
)
# Each is kept from counting, or made to count, by another column; the last is withdrawn.
PROFILES = {
    "baik": GOOD,
    "tipis": msgspec.structs.replace(GOOD, design="kata " * 299),
    "usang": msgspec.structs.replace(GOOD, implementation_date=date(2019, 1, 1)),
    "tanpa-tanggal": msgspec.structs.replace(GOOD, implementation_date=None),
    "baru-lagi": msgspec.structs.replace(
        GOOD, implementation_date=date(2019, 1, 1), development_date=date(2025, 1, 1)
    ),
    "uji": msgspec.structs.replace(GOOD, tahapan="uji_coba"),
    "lain": msgspec.structs.replace(GOOD, main_urusan=5),
    "ditolak": GOOD,
    "draf": GOOD,
    "ditarik": GOOD,
}


def _entered(digest: str) -> SeasonEntered:
    return SeasonEntered(
        year=YEAR, rule_set=RULES.id, rule_digest=digest, opened_by="00", opened_seq=1
    )


def _moment(seq: int) -> datetime:
    return examples.MOMENT + timedelta(minutes=seq)


def _proven(name: str, kind: Callable[..., Event], level: int) -> Event:
    """Of an innovation its video; without a name, of the region its first row."""
    code = "SID-VIDEO" if name else "SPD-01"
    return kind(year=YEAR, innovation=name, indicator=code, level=level)


def _season() -> Sequence[Event]:
    """Everything that a row remembers, each followed by facts that make a score be told."""
    events: list[Event] = [_entered(DIGESTS[RULES.id])]
    for name, profile in PROFILES.items():
        events.append(InnovationRegistered(year=YEAR, innovation=name, profile=profile))
        events.append(_proven(name, IndicatorClaimed, 3))
        if name != "draf":
            events.append(InnovationSubmitted(year=YEAR, innovation=name))
            events.append(_proven(name, IndicatorAccepted, 2))
    events.append(InnovationRejected(year=YEAR, innovation="ditolak", reason="lainnya"))
    events.append(InnovationWithdrawn(year=YEAR, innovation="ditarik"))
    for level in (1, 2, 3):
        events += [_proven("", kind, level) for kind in (IndicatorClaimed, IndicatorAccepted)]
    events.append(InnovationReinstated(year=YEAR, innovation="ditolak"))
    # What was registered as one thing is revised into another, and then something is told.
    for name, other in (("tipis", "baik"), ("baik", "baru-lagi"), ("lain", "uji")):
        revised = InnovationRevised(year=YEAR, innovation=name, profile=PROFILES[other])
        events += [
            revised,
            *(_proven(name, kind, 1) for kind in (IndicatorClaimed, IndicatorAccepted)),
        ]
    return events


@asynccontextmanager
async def _scoring(database: Database) -> AsyncIterator[tuple[Callable[..., Scoring], Any]]:
    """Makes scorings, and applies facts to them in transactions of their own."""
    async with (
        postgres.pool(database.scoring, "intake", "test-facts", 1) as facts,
        postgres.pool(database.scoring, "scoring", "test-scoring", 1) as pool,
    ):

        def made(digests: Mapping[str, str] = DIGESTS) -> Scoring:
            return Scoring(History(facts), rulebook.rule_sets(), digests)

        async def hear(scoring: Scoring, tenant: str, seq: int, event: Event) -> None:
            stored = examples.stored(seq, tenant=tenant, event=event, stream=f"f/{seq}", version=1)
            fact = examples.rehashed(stored, recorded_at=_moment(seq))
            async with postgres.reaching(pool, [tenant]) as connection:
                await scoring.apply(connection, {tenant: [fact]})

        yield made, hear


async def _of(connection: postgres.Connection, tenant: str, query: str) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name != "tenant"}
        for row in await postgres.fetch(connection, query, {"tenant": tenant})
    ]


async def test_scoring_restarted_after_every_fact_says_what_one_that_never_stopped_says(
    database: Database,
) -> None:
    season = _season()
    async with _scoring(database) as (made, hear):
        steady = made()
        for seq, event in enumerate(season, start=1):
            await hear(steady, "63.10", seq, event)
            await hear(made(), "63.11", seq, event)
    connection = await postgres.connect(database.admin, "scoring", "test-said")
    async with connection:
        for query in (
            "select state from event where tenant = %(tenant)s order by seq",
            "select * from entry where tenant = %(tenant)s",
            "select * from innovation where tenant = %(tenant)s order by innovation",
        ):
            kept = await _of(connection, "63.10", query)
            assert kept == await _of(connection, "63.11", query)
            assert kept
        back = await tables.load(connection, ["63.11"], rulebook.rule_sets(), DIGESTS)
        (said, *_) = await _of(
            connection, "63.11", "select state from event where tenant = %(tenant)s order by -seq"
        )
    # Whether the next fact comes in its own order is judged by the last one's moment.
    assert back["63.11", YEAR].happened_until == _moment(len(season))
    # Verified count: both that were renewed, the one that was too thin, the one taken back. Too old
    # or without a date are two; one has become a trial, one was withdrawn, one never sent.
    last = msgspec.json.decode(said["state"])
    assert (last["stage"], last["innovations"], last["rejected"]) == ("terverifikasi", 4, 2)


async def test_a_season_entered_under_other_bytes_of_the_rules_is_not_scored(
    database: Database,
) -> None:
    async with _scoring(database) as (made, hear):
        with pytest.raises(Corrupt, match=r"score\.other_rules"):
            await hear(made(), "63.10", 1, _entered("0" * 64))


async def test_what_was_scored_under_other_bytes_of_the_rules_is_not_believed(
    database: Database,
) -> None:
    """Levels are bytes in the order of the rules' rows: under other rules they say nothing."""
    async with _scoring(database) as (made, hear):
        await hear(made(), "63.10", 1, _entered(DIGESTS[RULES.id]))
        claim = _proven("", IndicatorClaimed, 1)
        await hear(made(), "63.10", 2, claim)
        with pytest.raises(Corrupt, match=r"score\.other_rules"):
            await hear(made({**DIGESTS, RULES.id: "0" * 64}), "63.10", 3, claim)
