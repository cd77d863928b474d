"""Rankings out of a real database: moments to the second, two clocks, ties, and bad questions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.projection import surface, tables
from services.projection.core import moment
from services.projection.read import Reader
from services.projection.tables import Tables
from shared.io import postgres, rulebook
from tests import rankings
from tests.databases import Database

RANKING = f"/v1/provinces/63/seasons/{rankings.YEAR}/ranking"
STAGES = ["mandiri", "stated:mandiri"]
EVENING = datetime(2025, 2, 10, 15, 59, 59, 500_000, tzinfo=UTC)  # 23.59.59 in Banjarmasin


@asynccontextmanager
async def asked(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with postgres.pool(url, "projection", "test-ranking", 2) as pool:
        reader = Reader(Tables(pool), rulebook.regions(), rulebook.rule_sets())
        app: Any = surface.application(reader, ready=dict, gauges=dict)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://projection") as client:
            yield client


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A projection that knows the season and nothing else."""
    await rankings.tell(database.projection, facts=[rankings.season()])
    async with asked(database.projection) as opened:
        yield opened


async def told(client: httpx.AsyncClient, **question: str) -> dict[str, Any]:
    answer = await client.get(RANKING, params=question)
    assert answer.status_code == 200, answer.text
    ranking: dict[str, Any] = answer.json()
    return ranking


def of(ranking: dict[str, Any], region: str) -> dict[str, Any]:
    row: dict[str, Any] = next(row for row in ranking["rows"] if row["region"] == region)
    return row


async def test_a_province_is_ranked_and_moves(
    client: httpx.AsyncClient, database: Database
) -> None:
    await rankings.tell(database.projection, scores=rankings.a_province())
    early = await told(client, as_of="2025-02-10", stage="mandiri")
    late = await told(client, as_of="2025-03-17", stage="mandiri", since="2025-02-10")
    assert len(late["rows"]) == 13
    assert of(early, "63.10")["rank"] == 12
    assert of(late, "63.10") | {"rank": 9} == of(late, "63.10")
    assert of(late, "63.10")["movement"] == {"places": 3, "words": "naik 3"}
    assert of(late, "63.10")["previous_rank"] == 12
    assert of(early, "63.10")["movement"] == {"places": None, "words": "baru"}
    level = [(of(late, region)["rank"], of(late, region)["tied"]) for region in ("63.04", "63.05")]
    assert level == [(7, True), (7, True)]
    silent = of(late, "63.07")
    assert (silent["rank"], silent["score"], silent["predikat"], silent["reported"]) == (
        13,
        "0.00",
        "Tidak Dapat Dinilai",
        False,
    )
    assert (late["official"], late["notice"]) == (False, "Proyeksi, bukan hasil resmi Kemendagri")
    assert late["as_of"] == "2025-03-17T23:59:59+08:00"
    assert late["compared_with"] == "2025-02-10T23:59:59+08:00"
    assert late["position"]["cut"]["63.10"] == 20
    assert late["position"]["digest"] != early["position"]["digest"]
    assert late["season"]["rule_set"] == "2026.1"


@pytest.mark.parametrize(
    ("as_of", "score"),
    [
        ("2025-02-10T23:59:58+08:00", "10.00"),
        ("2025-02-10T23:59:59+08:00", "20.00"),
        ("2025-02-10T15:59:59Z", "20.00"),
        ("2025-02-11T00:00:00+08:00", "20.00"),
        ("2025-02-09", "10.00"),
        ("2025-02-10", "20.00"),
    ],
)
async def test_a_moment_includes_its_second_and_a_day_ends_where_the_province_is(
    client: httpx.AsyncClient, database: Database, as_of: str, score: str
) -> None:
    day_before = EVENING - timedelta(days=1)
    await rankings.tell(
        database.projection,
        scores=[
            rankings.score("63.10", 1, "10.00", day_before),
            rankings.score("63.10", 2, "20.00", EVENING),
        ],
    )
    assert of(await told(client, as_of=as_of), "63.10")["score"] == score


async def test_two_clocks_tell_a_restated_moment_apart(
    client: httpx.AsyncClient, database: Database
) -> None:
    """February was known as 10; in April it was stated that it had been 30 all along."""
    april = datetime(2025, 4, 1, 2, 0, tzinfo=UTC)
    february = rankings.FEBRUARY
    await rankings.tell(
        database.projection,
        scores=[
            rankings.score("63.10", 1, "10.00", february),
            rankings.score("63.10", 2, "30.00", february, known_at=april),
            rankings.score("63.11", 1, "20.00", february),
        ],
    )
    happened = await told(client, as_of="2025-02-20", clock="happened")
    known = await told(client, as_of="2025-02-20", clock="known")
    assert (of(happened, "63.10")["score"], of(happened, "63.10")["rank"]) == ("30.00", 1)
    assert (of(known, "63.10")["score"], of(known, "63.10")["rank"]) == ("10.00", 2)
    since = await told(client, as_of="2025-04-01", clock="known", since="2025-03-01")
    assert of(since, "63.10")["movement"]["words"] == "naik 1"
    assert of(await told(client, clock="known"), "63.10")["score"] == "30.00"


async def test_a_row_restated_for_the_same_moment_replaces_the_earlier(
    client: httpx.AsyncClient, database: Database
) -> None:
    told_again = [
        rankings.score("63.10", seq, index, rankings.FEBRUARY)
        for seq, index in ((1, "10.00"), (2, "0"), (3, "12.00"))
    ]
    await rankings.tell(database.projection, scores=told_again)
    assert of(await told(client), "63.10")["score"] == "12.00"


async def test_results_are_shown_once_there_are_any(
    client: httpx.AsyncClient, database: Database
) -> None:
    await rankings.tell(database.projection, scores=rankings.a_province())
    assert (await told(client))["stage"] == "mandiri"
    decreed = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
    await rankings.tell(
        database.projection,
        facts=[
            rankings.result("63.10", 5, "36.90", decreed),
            rankings.result("63.09", 5, "72.5", decreed),
        ],
    )
    final = await told(client)
    assert (final["stage"], final["official"], final["notice"]) == ("final", True, None)
    assert [(row["region"], row["rank"], row["score"]) for row in final["rows"][:3]] == [
        ("63.09", 1, "72.5"),
        ("63.10", 2, "36.90"),
        ("63.01", None, None),
    ]
    assert of(final, "63.10")["decree"] == f"400.10.11-1 Tahun {rankings.YEAR}"
    assert (await told(client, as_of="2026-01-09"))["stage"] == "mandiri"
    sample = rankings.result("63.11", 5, "20.00", decreed, sample=True)
    await rankings.tell(database.projection, facts=[sample])
    marked = await told(client)
    assert marked["official"] is False
    assert marked["notice"] == "Data contoh, bukan hasil resmi Kemendagri"
    assert [row["region"] for row in marked["rows"] if row["sample"]] == ["63.11"]


async def test_what_has_not_changed_is_not_sent_again(
    client: httpx.AsyncClient, database: Database
) -> None:
    first = await client.get(RANKING)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"
    for sent in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = await client.get(RANKING, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    elsewhere = await client.get(RANKING + "?clock=known", headers={"If-None-Match": tag})
    assert elsewhere.status_code == 200
    await rankings.tell(
        database.projection, scores=[rankings.score("63.10", 1, "10.00", rankings.FEBRUARY)]
    )
    assert (await client.get(RANKING, headers={"If-None-Match": tag})).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "reason", "said"),
    [
        ("/v1/provinces/99/seasons/2026/ranking", 404, "ranking.unknown_province", "kode 99"),
        ("/v1/provinces/63.10/seasons/2026/ranking", 404, "ranking.unknown_province", "63.10"),
        ("/v1/provinces/31/seasons/2026/ranking", 404, "ranking.province_not_assessed", "Jakarta"),
        ("/v1/provinces/63/seasons/2031/ranking", 404, "ranking.unknown_season", "2031"),
        ("/v1/provinces/63/seasons/99999999999999/ranking", 404, "route.unknown", "Alamat"),
        ("/v1/provinces/63/seasons/besok/ranking", 404, "route.unknown", "Alamat"),
        (RANKING + "?stage=klaim", 422, "ranking.unknown_stage", "terverifikasi"),
        (RANKING + "?clock=jam", 422, "ranking.unknown_clock", "known"),
        (RANKING + "?as_of=kemarin", 422, "ranking.unreadable_moment", "kemarin"),
        (RANKING + "?as_of=2025-02-10T09:00:00", 422, "ranking.unreadable_moment", "tidak dapat"),
        (RANKING + "?since=%00", 422, "ranking.unreadable_moment", "tidak dapat"),
        (
            RANKING + "?as_of=2025-02-10&since=2025-02-10",
            422,
            "ranking.since_not_before",
            "lebih awal",
        ),
        ("/v1/provinces/99/regions", 404, "ranking.unknown_province", "kode 99"),
    ],
)
async def test_a_bad_question_is_answered_with_what_is_wrong(
    client: httpx.AsyncClient, path: str, status: int, reason: str, said: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"] == reason
    assert said in problem["detail"]


async def test_a_page_that_cannot_be_shown_says_why_as_a_page(client: httpx.AsyncClient) -> None:
    for path, status, said in (
        ("/peringkat/99/2026", 404, "kode 99"),
        ("/peringkat/63/besok", 404, "besok"),
        ("/peringkat/63/2026?per=kemarin", 422, "kemarin"),
        ("/peringkat/63/2026?jam=dinding", 422, "terjadi, diketahui"),
        ("/peringkat/63/2026?per=<script>", 422, "&lt;script&gt;"),
        ("/tidak/ada", 404, "Alamat ini tidak ada."),
    ):
        answer = await client.get(path)
        assert answer.status_code == status, path
        assert answer.headers["content-type"].startswith("text/html")
        assert said in answer.text
    english = await client.get("/peringkat/99/2026?bahasa=en")
    assert "There is no province with the code 99." in english.text


async def test_every_answer_is_guarded(client: httpx.AsyncClient) -> None:
    for path in ("/", RANKING, "/peringkat/99/2026", "/v1/nothing", "/healthz", "/static/x.css"):
        headers = (await client.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; ")
        assert headers["x-content-type-options"] == "nosniff"
        assert "referrer-policy" in headers


async def test_the_style_sheet_is_kept_for_ever_under_its_contents_name(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get("/")).text
    name = page.split('href="/static/')[1].split('"')[0]
    sheet = await client.get(f"/static/{name}")
    assert sheet.status_code == 200
    assert "immutable" in sheet.headers["cache-control"]
    assert sheet.headers["content-type"].startswith("text/css")
    assert (await client.get("/static/style.css")).status_code == 404
    assert (await client.get("/static/..%2fwords.toml")).status_code == 404


async def test_seasons_and_regions_are_listed(client: httpx.AsyncClient) -> None:
    seasons = (await client.get("/v1/seasons")).json()["seasons"]
    assert [(each["year"], each["rule_set"], each["closed"]) for each in seasons] == [
        (rankings.YEAR, "2026.1", False)
    ]
    listed = (await client.get("/v1/provinces/63/regions")).json()
    assert [each["code"] for each in listed["regions"]] == sorted(rankings.REGIONS)
    jakarta = (await client.get("/v1/provinces/31/regions")).json()
    assert [each["assessed"] for each in jakarta["regions"]] == [False] * 6


async def test_a_provinces_own_calendar_goes_before_the_ministrys(
    client: httpx.AsyncClient, database: Database
) -> None:
    assert (await told(client))["season"]["keeper"] == "00"
    await rankings.tell(database.projection, facts=[rankings.season(tenant="63")])
    assert (await told(client))["season"]["keeper"] == "63"


async def test_a_stopped_region_is_marked_with_the_fact_it_stopped_at(
    client: httpx.AsyncClient, database: Database
) -> None:
    connection = await postgres.connect(database.admin, "projection", "test-block")
    async with connection:
        for schema, log, tenant, seq in (
            ("scoring", "evt", "63.10", 7),
            ("projection", "sco", "63.11", 3),
        ):
            await connection.execute(
                f"insert into {schema}.blocked (log, tenant, seq, error) values (%s, %s, %s, 'x')",
                [log, tenant, seq],
            )
    ranking = await told(client)
    stopped = {row["region"]: row["cut"]["stopped_at"] for row in ranking["rows"] if row["blocked"]}
    assert stopped == {"63.10": 7, "63.11": None}


@pytest.mark.parametrize("clock", tables.CLOCKS)
async def test_a_ranking_is_read_by_index_whatever_the_history(
    database: Database, clock: tables.Clock
) -> None:
    connection = await postgres.connect(database.admin, "projection", "test-plan")
    async with connection:
        await connection.execute(
            """
            insert into score (log, tenant, seq, year, stage, happened_at, known_at, rule_set,
                               rule_digest, index, predikat, complete, cut_seq)
            select 'sco', '63.' || to_char(1 + seq %% 13, 'FM00'), seq, 2026, 'mandiri',
                   timestamptz '2025-01-01' + seq * interval '1 minute',
                   timestamptz '2025-01-01' + seq * interval '1 minute', '2026.1', '', 1, '', true,
                   seq
            from generate_series(1, 30000) as seq
            """.replace("%%", "%")
        )
        await connection.execute("analyze score")
        bounds = tables._bounds(clock, moment.parse("2025-01-15", "Asia/Makassar"))
        rows = await postgres.fetch(
            connection,
            "explain (format json, analyze, buffers) " + tables._SQL["ranking"],
            {"tenants": list(rankings.REGIONS), "year": 2026, "stages": STAGES, **bounds},
        )
    plan = str(rows[0])
    assert "'Index Name': 'score_latest'" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    assert "'Filter'" not in plan
