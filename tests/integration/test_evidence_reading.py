"""Evidence as it is read back: whole, by ranges, by whom; links; and who else has the same file."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.nats import Server
from deploy.local.postgres import Cluster
from shared.kernel.media import LINK, PDF
from tests import databases, papers
from tests.system import System, running

ADMIN = ("63.10", "region_admin")
CONTENT = papers.pdf("dibaca", "kembali")
SHA256 = hashlib.sha256(CONTENT).hexdigest()
EVIDENCE = f"/v1/regions/63.10/evidence/{SHA256}"
LINKS = "/v1/regions/63.10/evidence/links"
SIZE = len(CONTENT)
GOOD_LINK = {
    "url": "https://www.youtube.com/watch?v=abc&t=1",
    "captured_on": "2026-03-02",
    "title": "Video SI UJI",
}


@pytest.fixture(scope="module")
def system(
    postgres_cluster: Cluster,
    role_passwords: dict[str, str],
    template: str,
    nats_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("evidence-reading")
    with (
        databases.fresh(postgres_cluster, role_passwords, template) as database,
        running(database, nats_server, folder, "intake") as system,
    ):
        asyncio.run(system.ready("intake"))
        for region in ("63.10", "63.09", "62.01"):
            put(system, region, CONTENT)
        yield system


def put(system: System, region: str, content: bytes) -> None:
    path = f"/v1/regions/{region}/evidence/{hashlib.sha256(content).hexdigest()}"
    headers = {"Content-Type": PDF, "X-File-Name": "SK%20Bupati.pdf"}
    system.must((region, "region_admin"), "PUT", path, content, headers)


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        (f"bytes=5-{SIZE * 2}", 5, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes={SIZE - 1}-{SIZE - 1}", SIZE - 1, SIZE),
    ],
)
def test_a_range_is_exactly_what_was_asked(
    system: System, asked: str, begin: int, end: int
) -> None:
    told = system.send(ADMIN, "GET", EVIDENCE, headers={"Range": asked})
    assert (told.status_code, told.content) == (206, CONTENT[begin:end])
    assert told.headers["content-range"] == f"bytes {begin}-{end - 1}/{SIZE}"
    assert told.headers["content-length"] == str(end - begin)
    assert told.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(system: System, asked: str) -> None:
    told = system.send(ADMIN, "GET", EVIDENCE, headers={"Range": asked})
    assert (told.status_code, told.json()["title"]) == (416, "evidence.range_not_satisfiable")
    assert told.headers["content-range"] == f"bytes */{SIZE}"
    assert str(SIZE) in told.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Range": "bytes=0-1,3-4"},
        {"Range": "lines=0-1"},
        {"Range": "bytes=5-3"},
        {"Range": "bytes=-"},
        {"Range": "bytes=x-1"},
        {"Range": "bytes=0-9", "If-Range": '"' + "0" * 64 + '"'},
        {"Range": "bytes=0-9", "If-Range": "Sat, 29 Oct 2025 19:43:31 GMT"},
    ],
)
def test_anything_else_is_answered_by_the_whole(system: System, headers: Mapping[str, str]) -> None:
    told = system.send(ADMIN, "GET", EVIDENCE, headers=headers)
    assert (told.status_code, told.content) == (200, CONTENT)
    assert told.headers["accept-ranges"] == "bytes"
    assert told.headers["etag"] == f'"{SHA256}"'


def test_a_range_of_the_file_that_was_begun_with_is_given(system: System) -> None:
    headers = {"Range": "bytes=0-9", "If-Range": f'"{SHA256}"'}
    assert system.send(ADMIN, "GET", EVIDENCE, headers=headers).status_code == 206


@pytest.mark.parametrize(("asked", "status"), [({}, 200), ({"Range": "bytes=0-9"}, 206)])
def test_head_tells_the_same_without_bytes(
    system: System, asked: Mapping[str, str], status: int
) -> None:
    got, headed = (system.send(ADMIN, one, EVIDENCE, headers=asked) for one in ("GET", "HEAD"))
    assert (got.status_code, headed.status_code, headed.content) == (status, status, b"")
    for name in ("content-length", "content-type", "content-disposition", "etag", "accept-ranges"):
        assert got.headers[name] == headed.headers[name]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("who", [("62", "verifier"), ("63.01", "region_admin")])
def test_ranges_are_not_for_others_either(
    system: System, who: tuple[str, str], method: str
) -> None:
    for path in (EVIDENCE, EVIDENCE + "/duplicates"):
        if (method, path) != ("HEAD", EVIDENCE + "/duplicates"):
            told = system.send(who, method, path, headers={"Range": "bytes=0-1"})
            assert told.status_code == 404


@pytest.mark.parametrize(
    ("who", "regions"),
    [
        (ADMIN, []),
        (("63", "verifier"), ["63.09"]),
        (("00", "verifier"), ["62.01", "63.09"]),
    ],
)
def test_who_else_has_the_file_is_counted_and_named_as_far_as_the_key_reaches(
    system: System, who: tuple[str, str], regions: list[str]
) -> None:
    told = system.must(who, "GET", EVIDENCE + "/duplicates")
    assert told == {"region": "63.10", "sha256": SHA256, "other_regions": 2, "regions": regions}


def test_a_file_of_nobody_else_has_no_duplicates_and_one_of_others_is_unknown(
    system: System,
) -> None:
    own = papers.pdf("hanya", "satu")
    put(system, "63.10", own)
    path = f"/v1/regions/63.10/evidence/{hashlib.sha256(own).hexdigest()}/duplicates"
    assert system.must(ADMIN, "GET", path)["other_regions"] == 0
    elsewhere = ("63.01", "region_admin")
    told = system.send(elsewhere, "GET", EVIDENCE.replace("63.10", "63.01") + "/duplicates")
    assert (told.status_code, told.json()["title"]) == (404, "evidence.unknown")


def test_the_question_who_else_uses_an_index(system: System) -> None:
    system.query("analyze intake.evidence")
    plan = system.query(
        "explain (costs off) select tenant from intake.evidence where sha256 = %s", SHA256
    )
    names = system.query(
        "select indexdef from pg_indexes where tablename = 'evidence' and schemaname = 'intake'"
    )
    assert plan
    assert any("(sha256)" in definition for (definition,) in names)


def test_a_link_is_a_document_that_a_claim_can_name(system: System) -> None:
    first = system.send(ADMIN, "POST", LINKS, GOOD_LINK)
    again = system.send(ADMIN, "POST", LINKS, dict(reversed(GOOD_LINK.items())))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["media_type"] == LINK
    path = f"/v1/regions/63.10/evidence/{first.json()['sha256']}"
    read = system.send(("63", "verifier"), "GET", path)
    assert read.json() == GOOD_LINK
    assert hashlib.sha256(read.content).hexdigest() == first.json()["sha256"]
    system.open_season(2026, "2026.1")
    system.register("63.10", 2026, "si-uji")
    claim = "/v1/regions/63.10/seasons/2026/innovations/si-uji/indicators/SID-VIDEO/claim"
    body = {"level": 2, "evidence": [{"sha256": first.json()["sha256"]}]}
    system.must(ADMIN, "PUT", claim, body)


NEXT_WEEK = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
BAD_LINKS: Mapping[str, tuple[dict[str, Any], int, str]] = {
    "a file": ({"url": "file:///etc/passwd"}, 422, "link.other_scheme"),
    "a script": ({"url": "javascript:alert(1)"}, 422, "link.other_scheme"),
    "no scheme": ({"url": "www.youtube.com/watch"}, 422, "link.other_scheme"),
    "data": ({"url": "data:text/html;base64,PGI+"}, 422, "link.other_scheme"),
    "no host": ({"url": "https:///watch"}, 422, "link.without_host"),
    "our own machine": ({"url": "http://localhost/x"}, 422, "link.without_host"),
    "an address in numbers": ({"url": "http://127.0.0.1/x"}, 422, "link.without_host"),
    "an address in brackets": ({"url": "http://[::1]/x"}, 422, "link.without_host"),
    "an address in few numbers": ({"url": "http://127.1/x"}, 422, "link.without_host"),
    "credentials": ({"url": "https://a:b@youtube.com/x"}, 422, "link.credentials"),
    "a line end": ({"url": "https://youtube.com/\r\nx"}, 422, "link.malformed"),
    "a NUL": ({"url": "https://youtube.com/\x00"}, 422, "link.malformed"),
    "a space": ({"url": "https://youtube.com/a b"}, 422, "link.malformed"),
    "a turned back address": ({"url": "https://you\u202etube.com/"}, 422, "link.malformed"),
    "a port out of range": ({"url": "https://youtube.com:99999/"}, 422, "link.malformed"),
    "an address without end": (
        {"url": "https://youtube.com/" + "a" * 2000},
        422,
        "text.too_long",
    ),
    "a day to come": ({"captured_on": NEXT_WEEK}, 422, "link.not_captured_yet"),
    "no day": ({"captured_on": "kemarin"}, 400, "body.malformed"),
    "no title": ({"title": "  "}, 422, "link.title_missing"),
    "a title with a NUL": ({"title": "a\x00"}, 422, "text.forbidden_character"),
    "a field nobody knows": ({"fetch": True}, 400, "body.malformed"),
}


@pytest.mark.parametrize("name", BAD_LINKS)
def test_a_bad_link_is_refused_and_leaves_nothing(system: System, name: str) -> None:
    changed, status, reason = BAD_LINKS[name]
    before = system.query("select count(*) from intake.evidence")
    told = system.send(ADMIN, "POST", LINKS, {**GOOD_LINK, **changed})
    assert (told.status_code, told.json()["title"]) == (status, reason), told.text
    assert system.query("select count(*) from intake.evidence") == before
    assert not json.loads(told.text)["detail"].endswith("…")


def test_a_verifier_hands_nothing_in(system: System) -> None:
    told = system.send(("63", "verifier"), "POST", LINKS, GOOD_LINK)
    assert (told.status_code, told.json()["title"]) == (403, "role.not_allowed")
