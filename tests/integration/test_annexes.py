"""The annex of a decree, as rows and as a spreadsheet: one rule, questions, one answer a key."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import httpx
import pytest

from tests import spreadsheets
from tests.system import System, must_be_problem

MINISTRY = ("00", "ministry")
YEAR = 2026
PATH = f"/v1/seasons/{YEAR}/results"
SHEET = PATH + "/workbook"
HEADER = ["Kode", "Daerah", "Skor", "Predikat", "Jumlah Inovasi", "PD Melapor", "Jumlah PD"]
GOOD, BAD = ("63.01", "58.20", "Inovatif"), ("63.99", "1.00", "Kurang Inovatif")


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(YEAR, "2026.1")
        yield system


Row = tuple[str, str, str]
Send = Callable[..., httpx.Response]


def rows(system: System, *told: Row, key: str = "", **beside: Any) -> httpx.Response:
    body = {
        "decree_number": "100",
        "rows": [{"region": code, "score": score, "predikat": name} for code, score, name in told],
        **beside,
    }
    return system.send(MINISTRY, "POST", PATH, body, {"Idempotency-Key": key} if key else {})


def sheet(system: System, *told: Row, key: str = "", **beside: Any) -> httpx.Response:
    given = {"decree_number": "100", **beside}
    query = "&".join(f"{name}={value}" for name, value in given.items()).replace("True", "true")
    headers = {**spreadsheets.HEADERS, **({"Idempotency-Key": key} if key else {})}
    return system.send(MINISTRY, "POST", f"{SHEET}?{query}", content_of(told), headers)


@cache
def content_of(told: tuple[Row, ...]) -> bytes:
    """The same bytes for the same rows: a file says when it was saved."""
    listed = [[code, "x", score, name, "", "", ""] for code, score, name in told]
    return spreadsheets.saved({"Hasil": [HEADER, *listed]})


def results(response: httpx.Response) -> dict[str, Any]:
    told: dict[str, Any] = response.json()
    told = told.get("answer", told)
    found: dict[str, Any] = told.get("results", told)
    return found


both = pytest.mark.parametrize("send", [rows, sheet])


@both
def test_all_or_nothing_unless_it_is_asked_region_by_region(system: System, send: Send) -> None:
    mine = (f"63.0{2 if send is rows else 3}", "58.20", "Inovatif")
    before = system.heads()
    tried = send(system, mine, BAD, dry_run=True)
    assert tried.status_code == 200
    assert (results(tried)["recorded"], results(tried)["refused"]) == (0, 2)
    refused = send(system, mine, BAD)
    must_be_problem(refused, 422)
    assert refused.json()["title"] == "result.annex_refused"
    assert (results(refused)["recorded"], results(refused)["refused"]) == (0, 2)
    assert system.heads() == before
    tried = send(system, mine, BAD, group="region", dry_run=True)
    assert (results(tried)["recorded"], results(tried)["refused"]) == (1, 1)
    assert system.heads() == before
    told = send(system, mine, BAD, group="region")
    assert told.status_code == 200
    assert (results(told)["recorded"], results(told)["refused"]) == (1, 1)
    assert system.heads() != before
    again = send(system, mine, group="all")
    assert (results(again)["recorded"], results(again)["unchanged"]) == (0, 1)


@both
def test_one_key_is_answered_once_and_refused_for_anything_else(system: System, send: Send) -> None:
    key, mine = f"satu-{send.__name__}", (f"63.0{4 if send is rows else 5}", "58.20", "Inovatif")
    assert send(system, mine, BAD, key=key).status_code == 422  # refused, so not kept
    first = send(system, mine, key=key)
    assert results(first)["recorded"] == 1
    again = send(system, mine, key=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    for beside in ({"decree_number": "101"}, {"group": "region"}):
        other = send(system, mine, key=key, **beside)
        must_be_problem(other, 422)
        assert other.json()["title"] == "idempotency.key_reused"


@both
def test_what_is_odd_is_asked_and_recorded_all_the_same(system: System, send: Send) -> None:
    mine = (f"63.0{6 if send is rows else 7}", "165.00", "Sangat Inovatif")
    for dry_run in (True, False):
        told = send(system, mine, dry_run=dry_run)
        (row,) = results(told)["rows"]
        codes = [one["code"] for one in row["questions"]]
        assert codes == ["result.above_scale", "result.before_freeze"]
        assert "165.00" in row["questions"][0]["sentence"]
    assert results(told)["recorded"] == 1


def test_one_result_is_asked_about_beside_its_receipt(system: System) -> None:
    system.open_season(2025, "2025.1")
    path, key = "/v1/regions/63.08/seasons/2025/result", {"Idempotency-Key": "hasil"}
    body = {"score": "58.20", "predikat": "Sangat Inovatif", "decree_number": "1"}
    first = system.send(MINISTRY, "PUT", path, body, key)
    assert first.status_code == 201
    codes = [one["code"] for one in first.json()["questions"]]
    assert codes == ["result.other_predikat", "result.before_freeze"]
    system.must(MINISTRY, "POST", "/v1/seasons/2025/freeze", {"letter": "BA 1"})
    again = system.send(MINISTRY, "PUT", path, body, key)
    assert (again.status_code, again.json()) == (201, first.json())
    anew = system.must(MINISTRY, "PUT", path, body)
    assert [one["code"] for one in anew["questions"]] == codes[:1]
    far = {**body, "decree_date": "2126-12-01"}
    refused = system.send(MINISTRY, "PUT", path, far)
    must_be_problem(refused, 422)
    assert refused.json()["title"] == "decree.too_far_ahead"


def test_a_wrong_header_is_refused_also_region_by_region(system: System) -> None:
    content = spreadsheets.saved({"Hasil": [["Kode", "Nilai"], ["63.01", "5"]]})
    refused = system.send(
        MINISTRY, "POST", SHEET + "?decree_number=1&group=region", content, spreadsheets.HEADERS
    )
    must_be_problem(refused, 422)
    assert {one["reason"] for one in refused.json()["answer"]["wrongs"]} == {
        "cell.unknown_column",
        "cell.missing_column",
    }


def test_the_template_names_every_region_and_goes_in_as_far_as_it_is_filled(
    system: System,
) -> None:
    answer = system.send(MINISTRY, "GET", SHEET)
    assert answer.status_code == 200
    cells = spreadsheets.opened(answer.content)
    assert cells["Hasil"][0] == HEADER
    told = {row[0]: row[1] for row in cells["Hasil"][1:]}
    assert "Tanah Bumbu" in told["63.10"]
    assert "31.71" not in told
    assert len(told) > 500
    number = next(n for n, row in enumerate(cells["Hasil"]) if row[0] == "63.11")
    content = spreadsheets.changed(
        answer.content,
        ("Hasil", number, "Skor", "58,20"),
        ("Hasil", number, "Predikat", "Inovatif"),
    )
    path = SHEET + "?decree_number=1"
    recorded = system.must(MINISTRY, "POST", path, content, spreadsheets.HEADERS)
    assert (recorded["results"]["recorded"], recorded["wrongs"]) == (1, [])
    must_be_problem(system.send(("63", "verifier"), "GET", SHEET), 403)


def test_results_are_decreed_by_the_ministry_and_by_no_province(system: System) -> None:
    province = ("63", "ministry")
    body = {"score": "50.00", "predikat": "Inovatif", "decree_number": "1"}
    one = f"/v1/regions/63.10/seasons/{YEAR}/result"
    before = system.heads()
    for response in (
        system.send(province, "PUT", one, body),
        system.send(
            province,
            "POST",
            PATH,
            {
                "decree_number": "1",
                "rows": [{"region": "63.01", "score": "1.00", "predikat": "Kurang Inovatif"}],
            },
        ),
        system.send(province, "GET", SHEET),
        system.send(
            province, "POST", f"{SHEET}?decree_number=1", content_of((GOOD,)), spreadsheets.HEADERS
        ),
    ):
        must_be_problem(response, 403)
        assert response.json()["title"] == "role.not_national"
    assert system.heads() == before
