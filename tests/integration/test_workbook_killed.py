"""Intake killed while it records a spreadsheet: of each group all is there or nothing."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import httpx
import pytest

from shared.io import rulebook
from shared.kernel.rules import ruleset
from tests import spreadsheets
from tests.system import PDF_SHA256, System

YEAR = 2026
INNOVATIONS = 40
CODES = [row.code for row in ruleset.innovation_rows(rulebook.rule_set_for_year(YEAR))]
FACTS = 1 + len(CODES)
# Where in the course of an import intake dies: reading, rehearsing, deciding, writing, answering.
MOMENTS = (0.3, 0.6, 0.8, 0.95)
REGIONS = {
    "all": ("63.01", "63.02", "63.03", "63.04"),
    "innovation": ("63.05", "63.06", "63.07", "63.08"),
}


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(YEAR, "2026.1")
        yield system


def path(region: str, query: str = "") -> str:
    return f"/v1/regions/{region}/seasons/{YEAR}/workbook{query}"


def filled(system: System, region: str) -> bytes:
    content = system.send((region, "region_admin"), "GET", path(region)).content
    cells = spreadsheets.opened(content)
    for number in range(INNOVATIONS):
        code = f"i-{number:02}"
        line: dict[str, str] = {
            "Kode Inovasi": code,
            "Nama Inovasi": code,
            "Tahapan Inovasi": "Penerapan",
            "Urusan Utama": "2",
        }
        cells["Inovasi"].append([line.get(title, "") for title in cells["Inovasi"][0]])
        for indicator in CODES:
            line = {
                "Kode Inovasi": code,
                "Kode Indikator": indicator,
                "Tingkat": "1",
                "Sidik Berkas": PDF_SHA256,
            }
            cells["Indikator"].append([line.get(title, "") for title in cells["Indikator"][0]])
    return spreadsheets.saved(cells)


def send(system: System, region: str, group: str, content: bytes) -> httpx.Response:
    headers = {**spreadsheets.HEADERS, "Idempotency-Key": f"impor-{region}"}
    query = f"?group={group}"
    return system.send((region, "region_admin"), "POST", path(region, query), content, headers)


def recorded(system: System, region: str) -> Counter[str]:
    """How many facts of each innovation the log has."""
    rows = system.query(
        "select split_part(stream, '/', 3) from intake.event where tenant = %s"
        " and split_part(stream, '/', 1) in ('innovation', 'claim')",
        region,
    )
    return Counter(name for (name,) in rows)


def usual_seconds(system: System) -> float:
    """How long an import takes here and now."""
    system.upload("63.09")
    content = filled(system, "63.09")
    began = time.monotonic()
    assert send(system, "63.09", "all", content).status_code == 201
    return time.monotonic() - began


def test_killed_at_any_moment_each_group_is_whole_and_a_retry_completes(system: System) -> None:
    seconds = usual_seconds(system)
    for group, regions in REGIONS.items():
        for region, moment in zip(regions, MOMENTS, strict=True):
            system.upload(region)
            content = filled(system, region)
            _kill_while_sending(system, region, group, content, seconds * moment)
            found = recorded(system, region)
            assert set(found.values()) <= {FACTS}
            if group == "all":
                assert len(found) in (0, INNOVATIONS)
            told = send(system, region, group, content)
            assert told.status_code in (200, 201), told.text
            assert told.json()["refused"] == 0
            assert recorded(system, region) == {
                f"i-{number:02}": FACTS for number in range(INNOVATIONS)
            }
            again = send(system, region, group, content).json()
            assert again["groups"] == told.json()["groups"]


def _kill_while_sending(
    system: System, region: str, group: str, content: bytes, seconds: float
) -> None:
    def ask() -> None:
        with suppress(httpx.TransportError):
            send(system, region, group, content)

    sending = Thread(target=ask)
    sending.start()
    time.sleep(seconds)
    system.kill("intake")
    sending.join()
    system.start("intake")
    asyncio.run(system.ready("intake"))


def test_after_the_deadline_all_of_it_waits_and_counts_once_the_deadline_moves(
    system: System,
) -> None:
    """Too much for one late item, and still nothing of it is lost."""
    region = "63.10"
    system.upload(region)
    content = filled(system, region)
    now = datetime.now(UTC)
    ends = {"penjaringan": now + timedelta(seconds=1), "pengukuran": now + timedelta(days=30)}
    schedule(system, now - timedelta(hours=1), ends)
    time.sleep(max(0.0, (ends["penjaringan"] - datetime.now(UTC)).total_seconds()) + 0.2)
    told = send(system, region, "all", content).json()
    assert told["late"]
    assert told["new"] == INNOVATIONS * FACTS
    assert recorded(system, region) == {}
    again = send_anew(system, region, content)
    assert (again["recorded"], again["unchanged"]) == (0, told["new"] + told["unchanged"])
    extension = {
        "phase": "penjaringan",
        "closes_at": (now + timedelta(days=1)).isoformat(),
        "letter": "400/2",
    }
    system.must(("00", "ministry"), "POST", f"/v1/seasons/{YEAR}/extensions", extension)
    deadline = time.monotonic() + 60
    while sum(recorded(system, region).values()) < INNOVATIONS * FACTS:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def schedule(system: System, begins: datetime, ends: dict[str, datetime]) -> None:
    phases: list[dict[str, Any]] = []
    for name, end in ends.items():
        phases.append({"name": name, "opens_at": begins.isoformat(), "closes_at": end.isoformat()})
        begins = end
    body = {"phases": phases, "letter": "400/1"}
    system.must(("00", "ministry"), "PUT", f"/v1/seasons/{YEAR}/calendar", body)


def send_anew(system: System, region: str, content: bytes) -> dict[str, Any]:
    who = (region, "region_admin")
    return system.must(who, "POST", path(region), content, spreadsheets.HEADERS)
