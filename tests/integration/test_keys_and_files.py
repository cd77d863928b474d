"""Keys that change hands, keys that must not meet, and evidence files that come back."""

import asyncio
import hashlib
import io
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, redirect_stderr
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from deploy import keys
from deploy.keys import Wanted
from services.intake.core import result
from services.intake.door import KEY_CHARACTERS_MAX
from shared.io import log
from shared.io.files import Files
from shared.kernel import names
from shared.kernel.errors import Refused, Unavailable
from tests.system import PDF, PDF_SHA256, PROFILE, System

ENTRY = "/v1/regions/63.10/seasons/2026"
EVIDENCE = f"/v1/regions/63.10/evidence/{PDF_SHA256}"
ADMIN = ("63.10", "region_admin")
CLAIMED = {"level": 2, "evidence": [{"sha256": PDF_SHA256}]}
LONGEST_CLIENT = "c" * names.CLIENT_CHARACTERS_MAX


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(2026, "2026.1")
        system.upload("63.10")
        yield system


def _create(system: System, client: str = "", tenant: str = "63.10", role: Any = ADMIN[1]) -> str:
    wanted = Wanted(tenant=tenant, role=role, client=client)
    return asyncio.run(keys.create(system.database.admin, wanted))


def _bearer(key: str, idempotency_key: str = "") -> dict[str, str]:
    return {
        "Authorization": f"Bearer {key}",
        "Idempotency-Key": idempotency_key or secrets.token_hex(8),
    }


def test_a_program_keeps_its_idempotency_under_its_next_key(system: System) -> None:
    first = _create(system)
    client = first.split("_")[1]
    path, body = ENTRY + "/innovations", {"profile": {**PROFILE, "name": "SI GANTI"}}
    told = system.send(ADMIN, "POST", path, body, _bearer(first, "ganti"))
    again = system.send(ADMIN, "POST", path, body, _bearer(_create(system, client), "ganti"))
    other = system.send(ADMIN, "POST", path, body, _bearer(_create(system), "ganti"))
    assert told.status_code == 201, told.text
    assert again.json() == told.json()
    assert other.json()["innovation"] != told.json()["innovation"]


def test_a_client_belongs_to_one_tenant_and_role(system: System) -> None:
    _create(system, "dinas-contoh")
    for tenant, role in (("63.09", "region_admin"), ("63.10", "verifier")):
        with pytest.raises(Refused, match=r"client\.of_another"):
            _create(system, "dinas-contoh", tenant, role)
    for malformed in ("dua kata", "é", LONGEST_CLIENT + "c"):
        with pytest.raises(Refused, match=r"client\.malformed"):
            _create(system, malformed)


@pytest.mark.parametrize(("tenant", "role"), [("63.10", "ministry"), ("00", "region_admin")])
def test_no_key_has_a_role_its_tenant_cannot_have(system: System, tenant: str, role: str) -> None:
    with pytest.raises(Refused, match=r"tenant\.without_role"):
        _create(system, "", tenant, role)
    with pytest.raises(psycopg.errors.CheckViolation):
        System.key(system, tenant, role)


def test_the_sample_keys_name_their_programs_and_are_ensured_twice(
    system: System, tmp_path: Path
) -> None:
    wanted = [Wanted(tenant="63.01", role="region_admin"), Wanted(tenant="63", role="verifier")]
    for _ in range(2):
        asyncio.run(keys.ensure(system.database.admin, wanted, tmp_path / "keys.json"))
    for each in wanted:
        told = system.query("select client from intake.api_key where id = %s", each.identity)
        assert told == [(each.identity,)]


def test_the_longest_key_of_the_longest_client_names_every_item(system: System) -> None:
    headers = _bearer(_create(system, LONGEST_CLIENT), "k" * KEY_CHARACTERS_MAX)
    items = [{"indicator": "SPD-99", **CLAIMED}] * 499 + [{"indicator": "SPD-01", **CLAIMED}]
    told = system.must(ADMIN, "POST", ENTRY + "/claims", {"items": items}, headers)
    assert told["recorded"] == 1
    assert told["outcomes"][-1]["receipt"]["recorded"] > 0
    longest = system.query("select max(length(key)) from intake.command where tenant = '63.10'")
    assert longest[0][0] <= names.NAME_LENGTH_MAX


def test_an_item_among_many_and_a_command_alone_never_share_a_key(system: System) -> None:
    items = [{"indicator": "SPD-02", **CLAIMED}]
    system.must(ADMIN, "POST", ENTRY + "/claims", {"items": items}, {"Idempotency-Key": "k"})
    path = ENTRY + "/indicators/SPD-03/claim"
    alone = system.send(ADMIN, "PUT", path, CLAIMED, {"Idempotency-Key": "k/0"})
    assert alone.status_code == 201, alone.text
    spaced = system.send(ADMIN, "PUT", path, CLAIMED, {"Idempotency-Key": "k 0"})
    assert (spaced.status_code, spaced.json()["title"]) == (400, "idempotency.key_malformed")


def test_a_file_uploaded_again_answers_what_was_kept_first(system: System) -> None:
    content = b"sama,sama\n"
    path = f"/v1/regions/63.10/evidence/{hashlib.sha256(content).hexdigest()}"
    first = system.send(ADMIN, "PUT", path, content, {"Content-Type": "text/csv"})
    again = system.send(ADMIN, "PUT", path, content, {"Content-Type": "text/csv; charset=utf-8"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert again.json()["media_type"] == "text/csv"


@pytest.mark.parametrize("who", [ADMIN, ("63", "verifier"), ("00", "verifier")])
def test_evidence_comes_back_to_be_saved_and_never_shown(
    system: System, who: tuple[str, str]
) -> None:
    told = system.send(who, "GET", EVIDENCE)
    assert (told.status_code, told.content) == (200, PDF)
    assert told.headers["content-type"] == "application/pdf"
    assert told.headers["content-disposition"] == f'attachment; filename="{PDF_SHA256}"'
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert told.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("who", "status"), [(("62", "verifier"), 404), (("63.09", "region_admin"), 404)]
)
def test_evidence_is_not_for_others(system: System, who: tuple[str, str], status: int) -> None:
    assert system.send(who, "GET", EVIDENCE).status_code == status
    assert httpx.get(system.url("intake") + EVIDENCE).status_code == 401


@pytest.mark.parametrize("path", [EVIDENCE, ENTRY + "/indicators/SPD-01/claim"])
def test_nobody_unknown_has_a_body_read(system: System, path: str) -> None:
    """The key is judged on the head alone: the answer comes although no body ever does."""
    url = httpx.URL(system.url("intake"))
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Authorization: Bearer jejak_x_y\r\nContent-Length: 1000\r\n\r\n"
    )

    async def asked() -> bytes:
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(head.encode())
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        return line

    assert b" 401 " in asyncio.run(asked())


async def _read(kept: Files) -> bytes:
    pieces = await kept.read("63.10", PDF_SHA256, 0, len(PDF))
    return b"".join([piece async for piece in pieces])


def test_a_file_is_on_the_disk_with_its_names_before_it_counts_as_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[str] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        settled.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    kept = Files((tmp_path / "bukti").as_uri())
    for _ in range(2):
        asyncio.run(kept.keep("63.10", PDF_SHA256, PDF))
    assert asyncio.run(_read(kept)) == PDF
    folder = tmp_path / "bukti" / "63.10" / PDF_SHA256[:2]
    assert [file.name for file in folder.iterdir()] == [PDF_SHA256]
    assert settled[0].startswith(f".{PDF_SHA256}.")
    assert settled[1:4] == [PDF_SHA256[:2], "63.10", "bukti"]


def test_a_file_that_could_not_be_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    kept = Files(tmp_path.as_uri())
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match=r"evidence\.store_unavailable"):
        asyncio.run(kept.keep("63.10", PDF_SHA256, PDF))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("spelt", ["0", "45.06", "74400", "1000000", "0.5", "0000050.00"])
def test_a_score_as_decrees_print_it_is_read(spelt: str) -> None:
    assert result.score(spelt) == Decimal(spelt)


@pytest.mark.parametrize("score", ["1E-20000", "-0", "NaN", "Infinity", "0.001", "12345678"])
def test_a_score_no_column_can_hold_is_refused_however_it_came(score: str) -> None:
    command = result.Publish(year=2026, score=Decimal(score), predikat="Inovatif", source="x")
    with pytest.raises(Refused, match=r"result\.score_out_of_range"):
        result.decide(command, result.EMPTY, "2026.1", "d")


@pytest.mark.parametrize("given", ["k" * KEY_CHARACTERS_MAX, "k" * (KEY_CHARACTERS_MAX + 1)])
def test_the_longest_key_is_as_long_as_its_refusal_says(system: System, given: str) -> None:
    path = ENTRY + "/indicators/SPD-04/claim"
    told = system.send(ADMIN, "PUT", path, CLAIMED, {"Idempotency-Key": given})
    fits = len(given) <= KEY_CHARACTERS_MAX
    assert told.status_code == (201 if fits else 400), told.text
    assert fits or str(KEY_CHARACTERS_MAX) in told.json()["detail"]


def test_a_library_error_stays_an_error_and_tells_where_it_came_from() -> None:
    told = io.StringIO()
    with redirect_stderr(told):
        log.open_log("uji", "json")
        library = logging.getLogger("uji.pustaka")
        library.warning("hati-hati")
        try:
            int("sebab")
        except ValueError:
            library.exception("gagal")
    first, second = (json.loads(line) for line in told.getvalue().splitlines())
    assert (first["level"], first["message"]) == ("warning", "hati-hati")
    assert (second["level"], second["logger"]) == ("error", "uji.pustaka")
    assert "ValueError: invalid literal" in second["exception"]
