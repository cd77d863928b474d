"""What everybody may read: whether it still holds, as a table, and the evidence behind it."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest

from tests.system import PDF, PDF_SHA256, System, must_be_problem
from tests.waiting import eventually

YEAR, REGION = 2026, "63.10"
ADMIN = (REGION, "region_admin")
EVIDENCE = f"/v1/regions/{REGION}/seasons/{YEAR}/evidence"
RANKING = f"/v1/provinces/63/seasons/{YEAR}/ranking"


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        system.upload(REGION)
        for name in ("tapis", "mundur"):
            system.register(REGION, YEAR, name)
            system.claim(REGION, YEAR, "SID-VIDEO", 2, name)
        system.claim(REGION, YEAR, "SPD-01", 1)
        path = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations/mundur/withdrawal"
        system.must(ADMIN, "POST", path, {"reason": "Salah catat."})
        yield system


def read(system: System, path: str, **headers: str) -> httpx.Response:
    return system.http.get(system.url("projection") + path, headers=headers)


PUBLIC = (
    "/v1/seasons",
    f"/v1/seasons/{YEAR}/calendar",
    "/v1/provinces/63/regions",
    "/v1/rule-sets",
    "/v1/rule-sets/2026.1",
    f"/v1/forms/{YEAR}",
    RANKING,
    EVIDENCE,
    "/v1/regions",
    f"/v1/regions/{REGION}",
    "/v1/metadata",
    f"/v1/regions/{REGION}/history",
    f"/v1/regions/{REGION}/events/1",
    f"/v1/regions/{REGION}/seasons/{YEAR}/agencies",
)


@pytest.mark.parametrize("path", PUBLIC)
async def test_every_answer_can_be_asked_whether_it_still_holds(system: System, path: str) -> None:
    await eventually(lambda: read(system, RANKING).status_code == 200)
    first = read(system, path)
    assert first.status_code == 200, first.text
    tag = first.headers["etag"]
    for asked in (tag, f'"x", {tag}', f"W/{tag.removeprefix('W/')}", "*"):
        unchanged = read(system, path, **{"If-None-Match": asked})
        assert (unchanged.status_code, unchanged.content) == (304, b""), asked
        assert unchanged.headers["etag"] == tag
        assert "content-type" not in unchanged.headers
    assert read(system, path, **{"If-None-Match": '"other"'}).content == first.content


def test_of_one_region_too_with_a_key(system: System) -> None:
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations"
    first = system.send(ADMIN, "GET", path)
    assert "private" in first.headers["cache-control"]
    tag = {"If-None-Match": first.headers["etag"]}
    assert system.send(ADMIN, "GET", path, headers=tag).status_code == 304
    system.register(REGION, YEAR, "kemudian")
    assert system.send(ADMIN, "GET", path, headers=tag).status_code == 200


def test_what_nobody_keeps_has_no_etag_and_a_refusal_neither(system: System) -> None:
    assert "etag" not in system.send(ADMIN, "GET", "/v1/me").headers
    refused = read(system, "/v1/rule-sets/none", **{"If-None-Match": "*"})
    must_be_problem(refused, 404)
    assert "etag" not in refused.headers


def test_the_evidence_of_a_region_is_told_by_claim_without_names(system: System) -> None:
    told = read(system, EVIDENCE).json()
    files = {(file["innovation"], file["indicator"]): file for file in told["files"]}
    # What was withdrawn is out.
    assert set(files) == {("tapis", "SID-VIDEO"), ("", "SPD-01")}
    file = files["tapis", "SID-VIDEO"]
    assert (file["sha256"], file["size_bytes"]) == (PDF_SHA256, len(PDF))
    assert (file["level"], file["status"], file["media_type"]) == (2, "claimed", "application/pdf")
    assert set(file) == {
        "innovation",
        "indicator",
        "level",
        "status",
        "sha256",
        "size_bytes",
        "media_type",
        "claimed_at",
        "seq",
    }
    fact = read(system, f"/v1/regions/{REGION}/events/{file['seq']}").json()
    assert fact["event"]["indicator"] == "SID-VIDEO"


def test_a_verdict_is_told_beside_the_files(system: System) -> None:
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/indicators/SPD-01/acceptance"
    body = {"level": 1, "evidence": [PDF_SHA256], "note": ""}
    system.must(("63", "verifier"), "POST", path, body)
    files = read(system, EVIDENCE).json()["files"]
    told = {(file["innovation"], file["indicator"]): file["status"] for file in files}
    assert told == {("tapis", "SID-VIDEO"): "claimed", ("", "SPD-01"): "accepted"}


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["vary"] == "Accept"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_same_is_had_as_a_table(system: System) -> None:
    await eventually(
        lambda: any(row["score"] for row in read(system, RANKING + "?stage=mandiri").json()["rows"])
    )
    asked = {"Accept": "text/csv"}
    table = rows(read(system, RANKING + "?stage=mandiri", **asked))
    told = read(system, RANKING + "?stage=mandiri").json()["rows"]
    assert [row["region"] for row in table] == [row["region"] for row in told]
    assert [row["score"] for row in table] == [row["score"] or "" for row in told]
    assert "movement" not in table[0]
    files = rows(read(system, EVIDENCE, **asked))
    assert [row["sha256"] for row in files] == [PDF_SHA256] * len(files)
    first = read(system, EVIDENCE, **asked)
    again = read(system, EVIDENCE, **asked, **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/csv", ""])
def test_whoever_does_not_ask_for_a_table_gets_json(system: System, accept: str) -> None:
    answer = read(system, EVIDENCE, Accept=accept)
    assert json.loads(answer.content)["region"] == REGION


def test_a_region_or_season_that_is_not_there_has_no_evidence(system: System) -> None:
    for path in (EVIDENCE.replace(REGION, "63.99"), EVIDENCE.replace(str(YEAR), "2031")):
        must_be_problem(read(system, path), 404)


Rows = list[dict[str, str]]


def pages(ask: Callable[[str], httpx.Response], rows: str, limit: int) -> list[Rows]:
    """All pages of a list, each reached by the `Link` of the one before."""
    found, query = [], f"?limit={limit}"
    while query:
        answer = ask(query)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()[rows])
        link = answer.links.get("next", {}).get("url", "")
        query = "?" + link.partition("?")[2] if link else ""
        assert bool(query) == bool(answer.json()["next"])
    return found


def test_lists_that_grow_are_told_in_pages(system: System) -> None:
    for name in ("a-satu", "b-dua", "c-tiga"):
        system.register(REGION, YEAR, name)
    for role in ("region_admin", "auditor", "verifier"):
        system.key(REGION, role)
    for path, rows, name in (
        (f"/v1/regions/{REGION}/seasons/{YEAR}/innovations", "innovations", "innovation"),
        (f"/v1/tenants/{REGION}/keys", "keys", "id"),
    ):

        def ask(query: str, path: str = path) -> httpx.Response:
            return system.send(ADMIN, "GET", path + query)

        (whole,) = pages(ask, rows, 1000)
        assert len(whole) >= 3
        shown = pages(ask, rows, 2)
        assert [len(page) for page in shown[:-1]] == [2] * (len(shown) - 1)
        assert [one[name] for page in shown for one in page] == [one[name] for one in whole]


def test_what_comes_between_two_pages_is_not_shown_twice(system: System) -> None:
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations"
    first = system.send(ADMIN, "GET", path + "?limit=2").json()
    system.register(REGION, YEAR, "aaa-lebih-dulu")
    rest = system.send(ADMIN, "GET", f"{path}?limit=900&cursor={first['next']}").json()
    shown = [row["innovation"] for row in (*first["innovations"], *rest["innovations"])]
    assert len(shown) == len(set(shown))
    assert "aaa-lebih-dulu" not in shown


@pytest.mark.parametrize("cursor", ["x", "bm9uc2Vuc2U", "%00", "bnVsbA", "é", "a" * 3000])
def test_a_made_up_cursor_is_told(system: System, cursor: str) -> None:
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations?cursor={cursor}"
    must_be_problem(system.send(ADMIN, "GET", path), 400)
    must_be_problem(read(system, f"{EVIDENCE}?cursor={cursor}"), 400)
    for limit in ("0", "-1", "1001", "x"):
        must_be_problem(read(system, f"{EVIDENCE}?limit={limit}"), 400)


def test_every_region_is_found_by_its_code_and_by_a_former_one(system: System) -> None:
    told = read(system, "/v1/regions").json()["regions"]
    assert len(told) == 552
    assert sum(one["assessed"] for one in told) == 546
    rows = list(csv.DictReader(io.StringIO(read(system, "/v1/regions", Accept="text/csv").text)))
    assert [row["\ufeffcode"] for row in rows] == [one["code"] for one in told]
    renamed = next(one for one in told if one["former"])
    for code in (renamed["code"], *renamed["former"]):
        assert read(system, f"/v1/regions/{code}").json() == renamed
    must_be_problem(read(system, "/v1/regions/99.99"), 404)


def test_what_there_is_to_read_is_described_in_both_languages(system: System) -> None:
    told = read(system, "/v1/metadata").json()
    english = read(system, "/v1/metadata", **{"Accept-Language": "en"}).json()
    assert told["seasons"] == english["seasons"] == [YEAR]
    for dataset, other in zip(told["datasets"], english["datasets"], strict=True):
        assert dataset["definition"] != other["definition"]
        address = dataset["address"].format(region=REGION, province="63", year=YEAR)
        for kind in dataset["formats"]:
            answer = read(system, address, Accept=kind)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(kind)
