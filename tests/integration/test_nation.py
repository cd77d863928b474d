"""The nation's season under other rules, out of what scoring really keeps, read as projection."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import httpx
import psycopg
import pytest

from services.projection.core import dossier as dossiers
from services.projection.core import figure
from services.projection.nation import Nation
from services.projection.web import nation as web_nation
from services.projection.web import turns
from services.projection.web.turns import Turns
from services.scoring.consume import Scoring
from shared.io import http, postgres, rulebook
from shared.io.history import History
from shared.kernel.errors import Corrupt, Unavailable
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationRejected,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.events.season import SeasonEntered
from shared.kernel.recorded import Event, decode
from shared.kernel.rules import reading, ruleset
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import STAGES, Stage
from tests import examples, rankings
from tests.databases import Database

YEAR = 2026
DESIGN = "kata " * 300
DAYS = [date(2023, 12, 31), date(2024, 1, 1), date(2025, 12, 31), date(2026, 1, 1), None]
REGIONS = {"63.10": "2026.1", "63.72": "2026.1", "63": "2026.1", "63.11": "2025.1"}


def a_season(rules: RuleSet, chance: Random) -> Sequence[Event]:
    """A region's facts, some of every kind that bears on a score."""
    digest = rulebook.rule_digests()[rules.id]
    events: list[Event] = [
        SeasonEntered(
            year=YEAR, rule_set=rules.id, rule_digest=digest, opened_by="00", opened_seq=1
        )
    ]
    for row in ruleset.region_rows(rules):
        events += _proven("", row.code, chance)
    for number in range(25):
        name = f"inovasi-{number}"
        profile = Profile(
            name=name,
            tahapan=chance.choice(["penerapan", "penerapan", "penerapan", "uji_coba"]),
            main_urusan=chance.randint(1, 7),
            other_urusan=tuple(chance.sample(range(1, 39), chance.choice([0, 0, 2]))),
            implementation_date=chance.choice(DAYS),
            development_date=chance.choice(DAYS),
            design=chance.choice([DESIGN, DESIGN, "kata " * 299]),
        )
        events.append(InnovationRegistered(year=YEAR, innovation=name, profile=profile))
        if chance.random() < 0.8:
            events.append(InnovationSubmitted(year=YEAR, innovation=name))
        for row in ruleset.innovation_rows(rules):
            events += _proven(name, row.code, chance)
        if chance.random() < 0.1:
            events.append(InnovationRejected(year=YEAR, innovation=name, reason="lainnya"))
        if chance.random() < 0.1:
            events.append(InnovationWithdrawn(year=YEAR, innovation=name))
    return events


def _proven(name: str, code: str, chance: Random) -> list[Event]:
    level = chance.randint(1, 3)
    claimed = IndicatorClaimed(year=YEAR, innovation=name, indicator=code, level=level)
    accepted = IndicatorAccepted(year=YEAR, innovation=name, indicator=code, level=level)
    return list[Event]([claimed, accepted])[: chance.randint(0, 2)]


@pytest.fixture
async def seasons(database: Database) -> dict[str, Sequence[Event]]:
    """What four regions recorded, as scoring heard and kept it."""
    chance = Random(63)
    rule_sets = rulebook.rule_sets()
    told = {code: a_season(rule_sets[under], chance) for code, under in REGIONS.items()}
    async with (
        postgres.pool(database.scoring, "intake", "test-facts", 1) as facts,
        postgres.pool(database.scoring, "scoring", "test-scoring", 1) as pool,
    ):
        scoring = Scoring(History(facts), rulebook.rule_sets(), rulebook.rule_digests())
        for code, events in told.items():
            async with postgres.reaching(pool, [code]) as connection:
                await scoring.apply(connection, {code: _stored(code, events)})
    return told


def _stored(code: str, events: Sequence[Event]) -> list[Any]:
    return [
        examples.stored(seq, tenant=code, event=event, stream=f"fact/{seq}", version=1)
        for seq, event in enumerate(events, start=1)
    ]


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with postgres.pool(database.projection, "projection", "test-nation", 2) as pool:
        rule_sets, digests = rulebook.rule_sets(), rulebook.rule_digests()
        nation = Nation(pool, rulebook.regions(), rule_sets, digests, Turns())
        app: Any = http.application(
            title="test",
            version="1",
            handlers=web_nation.routes(nation, rulebook.rule_digests()),
            ready=dict,
            gauges=dict,
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://nation") as opened:
            yield opened


async def told(client: httpx.AsyncClient, **question: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/seasons/{YEAR}/rescored", params=question)
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("rules", ["2023", "2025", "2026", "2027.1", "2029"])
async def test_what_scoring_keeps_scores_what_the_log_does(
    client: httpx.AsyncClient, seasons: dict[str, Sequence[Event]], rules: str, stage: Stage
) -> None:
    view = await told(client, rules=rules, stage=stage)
    other = rulebook.rule_set_for_year(int(rules[:4]))
    assert (view["rules"], view["stage"]) == (other.id, stage)
    assert [each["region"] for each in view["regions"]] == sorted(REGIONS)
    for row in view["regions"]:
        dossier = dossiers.opened(map(decode, _stored(row["region"], seasons[row["region"]])))
        assert row["entered_rules"] == REGIONS[row["region"]]
        for scored, under in (
            (row["effect"]["own"], rulebook.rule_sets()[row["entered_rules"]]),
            (row["effect"]["other"], other),
        ):
            score = figure.score(under, dossiers.tally_at(dossier, under, stage))
            assert scored["index"] == str(score.index)
            assert (scored["predikat"], scored["total"]) == (score.predikat, str(score.total))
            assert (scored["innovations"], scored["rejected"], scored["affairs"]) == (
                score.innovations,
                score.rejected,
                score.affairs,
            )


async def test_the_answer_says_what_it_rests_on(
    client: httpx.AsyncClient, seasons: dict[str, Sequence[Event]]
) -> None:
    view = await told(client, rules="2027")
    digests = rulebook.rule_digests()
    assert view["notice"] == "Proyeksi, bukan hasil resmi Kemendagri"
    assert view["rules_digest"] == digests["2027.1"]
    assert view["entered_rules"] == {each: digests[each] for each in ("2025.1", "2026.1")}
    assert (view["assessed"], view["entered"], len(view["not_entered"])) == (546, 4, 542)
    registered = sum(
        isinstance(event, InnovationRegistered) - isinstance(event, InnovationWithdrawn)
        for events in seasons.values()
        for event in events
    )
    assert view["innovations"] == registered
    assert [each["assessed"] for each in view["clusters"]] == [38, 415, 93]
    for cluster in view["clusters"]:
        assert cluster["assessed"] == cluster["entered"] + cluster["not_entered"]
        for counts in (cluster["predikat_before"], cluster["predikat_after"]):
            assert sum(counts.values()) == cluster["entered"] - cluster["entered_incomplete"]
    assert view["complete"]
    assert {"what": "affairs_counted"}.items() <= view["gaps"][1].items()
    # 63.11 stands under the incomplete rules of 2025: what is known of its score has no place.
    regencies = {row["region"]: row for row in view["regions"] if row["kind"] == "kabupaten"}
    ranks = {code: (row["rank_before"], row["rank_after"]) for code, row in regencies.items()}
    assert ranks == {"63.10": (1, 1), "63.11": (None, None)}
    assert {code: row["effect"]["comparable"] for code, row in regencies.items()} == {
        "63.10": True,
        "63.11": False,
    }
    told_at = datetime.fromisoformat(view["generated_at"])
    assert (told_at.utcoffset(), told_at.microsecond) == (timedelta(hours=7), 0)
    for row in view["regions"]:
        effect = row["effect"]
        change = Decimal(effect["other"]["index"]) - Decimal(effect["own"]["index"])
        assert Decimal(effect["change"]) == change
        shares = [change["share"] for change in effect["changes"]]
        assert {each["element"] for each in effect["changes"]} >= {"divisor", "affairs"}
        assert all(share["denominator"] for share in shares)
    unchanged = await told(client)
    assert unchanged["rules"] == "2026.1"
    by_region = {row["region"]: row["effect"] for row in unchanged["regions"]}
    assert by_region["63.10"]["changes"] == []
    assert by_region["63.10"]["text"] == "Indeks dan predikat tetap."
    assert by_region["63.11"]["changes"] != []


async def test_under_incomplete_rules_the_nation_says_only_what_is_known(
    client: httpx.AsyncClient, seasons: dict[str, Sequence[Event]]
) -> None:
    view = await told(client, rules="2020")
    assert view["notice"] == "Proyeksi, bukan hasil resmi Kemendagri"
    assert view["complete"] is False
    whats = [gap["what"] for gap in view["gaps"]]
    assert whats == [gap.what for gap in reading.gaps(rulebook.rule_set_for_year(2020))]
    assert {"spd_rows", "maturity_rows"} <= set(whats)
    assert view["predikat_changes"] == 0
    clusters = {cluster["kind"]: cluster for cluster in view["clusters"]}
    assert clusters["kabupaten"]["entered_incomplete"] == 1
    for cluster in clusters.values():
        assert (cluster["predikat_after"], cluster["mean_of_entered_after"]) == (None, None)
        assert cluster["mean_of_entered_before"] is not None
    for row in view["regions"]:
        effect = row["effect"]
        assert (row["rank_after"], effect["comparable"]) == (None, False)
        assert (effect["predikat_changes"], effect["direction"]) == (False, "tetap")
        assert "Aturan 2020.1 tidak lengkap" in effect["text"]
        assert not any(change["decides"] for change in effect["changes"])
        # Otherwise nothing above could fail.
        assert effect["own"]["predikat"] != effect["other"]["predikat"]


async def test_a_season_that_nobody_entered_is_known_once_it_is_opened(
    client: httpx.AsyncClient, database: Database
) -> None:
    assert (await client.get(f"/v1/seasons/{YEAR}/rescored")).status_code == 404
    await rankings.tell(database.projection, facts=[rankings.season()])
    view = await told(client)
    assert (view["entered"], view["regions"], len(view["not_entered"])) == (0, [], 546)
    provinces = view["clusters"][0]
    assert (provinces["assessed"], provinces["not_entered"]) == (38, 38)
    assert set(provinces["predikat_after"].values()) == {0}
    assert provinces["mean_of_entered_before"] is None


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/v1/seasons/2024/rescored?rules=2027", 404, "ranking.unknown_season"),
        ("/v1/seasons/2026/rescored?rules=2040", 404, "rules.unknown"),
        ("/v1/seasons/2026/rescored?rules=2027.7", 404, "rules.unknown"),
        ("/v1/seasons/2026/rescored?rules=%00", 404, "rules.unknown"),
        ("/v1/seasons/2026/rescored?stage=final", 422, "ranking.unknown_stage"),
        ("/v1/seasons/99999999999/rescored", 404, "route.unknown"),
    ],
)
async def test_a_bad_question_is_answered_with_what_is_wrong(
    client: httpx.AsyncClient, database: Database, path: str, status: int, reason: str
) -> None:
    await rankings.tell(database.projection, facts=[rankings.season()])
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["title"]) == (status, reason)


async def test_levels_of_rules_that_are_not_ours_are_not_scored(
    database: Database, seasons: dict[str, Sequence[Event]]
) -> None:
    with psycopg.connect(database.admin, autocommit=True) as connection:
        connection.execute("update scoring.entry set rule_digest = 'x' where tenant = '63.10'")
    async with postgres.pool(database.projection, "projection", "test-nation", 1) as pool:
        rule_sets, digests = rulebook.rule_sets(), rulebook.rule_digests()
        nation = Nation(pool, rulebook.regions(), rule_sets, digests, Turns())
        with pytest.raises(Corrupt, match=r"score\.other_rules"):
            await nation.rescored(YEAR, "2027", "")


async def test_projection_reads_what_scoring_publishes_and_nothing_more(
    database: Database,
) -> None:
    with psycopg.connect(database.projection, autocommit=True) as connection:
        for view in ("present_entry", "present_innovation"):
            connection.execute(f"select * from scoring.{view}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"delete from scoring.{view}")
        for table in ("entry", "innovation"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select * from scoring.{table}")


async def test_the_nation_is_read_once_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS_MAX", 0.05)
    await rankings.tell(database.projection, facts=[rankings.season()])
    async with postgres.pool(database.projection, "projection", "test-nation", 2) as pool:
        rule_sets, digests = rulebook.rule_sets(), rulebook.rule_digests()
        nation = Nation(pool, rulebook.regions(), rule_sets, digests, Turns())
        async with nation._turns.turn():
            with pytest.raises(Unavailable, match=r"store\.busy"):
                await nation.rescored(YEAR, "", "")
        answers = await asyncio.gather(*(nation.rescored(YEAR, "", "") for _ in range(2)))
        assert [answer.rules.id for answer in answers] == ["2026.1"] * 2
