"""Waiting for the ranking: until it shows exactly what was handed in, and not for ever."""

import time
from decimal import Decimal
from typing import Any

import httpx
import pytest

from deploy.sample import expected, progress, ranking
from deploy.sample.ranking import Expectation, NotYet

EXPECTED = Expectation(
    province="63",
    year=2026,
    stage="mandiri",
    as_of="2026-10-01T00:00:00Z",
    scores={"63.10": Decimal("41.53"), "63.11": Decimal("79.07")},
)


def answer(*rows: tuple[int | None, str, str | None]) -> dict[str, Any]:
    return {
        "notice": "Proyeksi",
        "rows": [
            {"rank": rank, "region": region, "name": region, "score": score, "predikat": "Inovatif"}
            for rank, region, score in rows
        ],
    }


COMPLETE = answer((1, "63.11", "79.07"), (2, "63.10", "41.53"))


def pages(*answers: httpx.Response) -> httpx.AsyncClient:
    """The last answer is given for ever."""
    left = list(answers)

    def told(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/provinces/63/seasons/2026/ranking"
        assert dict(request.url.params) == {"stage": "mandiri", "as_of": "2026-10-01T00:00:00Z"}
        return left.pop(0) if len(left) > 1 else left[0]

    return httpx.AsyncClient(base_url="http://pages", transport=httpx.MockTransport(told))


async def test_waiting_ends_when_all_is_shown() -> None:
    not_yet = httpx.Response(404, json={"title": "ranking.unknown_season"})
    partly = httpx.Response(200, json=answer((1, "63.11", "79.07"), (2, "63.10", None)))
    async with pages(not_yet, partly, httpx.Response(200, json=COMPLETE)) as http:
        await ranking.wait(http, [EXPECTED], seconds_max=10)


async def test_when_time_is_up_the_sentence_says_what_is_missing() -> None:
    wrong = httpx.Response(200, json=answer((1, "63.11", "79.07"), (3, "63.10", "41.53")))
    began = time.monotonic()
    async with pages(wrong) as http:
        with pytest.raises(NotYet, match=r"63\.10 seharusnya peringkat 2 .* terbaca 3"):
            await ranking.wait(http, [EXPECTED], seconds_max=0)
    assert time.monotonic() - began < 5


def test_equal_scores_share_a_place() -> None:
    scores = {"a": Decimal(2), "b": Decimal(2), "c": Decimal(1)}
    assert expected.positions(scores) == {"a": 1, "b": 1, "c": 3}


def test_a_log_gets_a_few_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(100) as tell:
        for _ in range(100):
            tell(1)
    lines = capsys.readouterr().out.splitlines()
    assert [line.rsplit(": ", 1)[1] for line in lines] == [
        f"{done} dari 100 fakta" for done in (25, 50, 75, 100)
    ]
