"""200 innovations with 20 indicators each as one spreadsheet: checked, recorded, sent again.

    .venv/bin/python -m pytest tests/bench/workbook.py -s

Evidence is uploaded before. While the file is recorded another region goes on registering, so that
what one import does to its neighbours is seen as well.
"""

import asyncio
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

from deploy.local.nats import Server
from deploy.local.postgres import Cluster
from shared.io import rulebook
from shared.kernel.rules import ruleset
from tests import databases, spreadsheets
from tests.system import PDF_SHA256, System, running

INNOVATIONS = 200
YEAR = 2026
REGION, NEIGHBOUR = "63.10", "63.11"
CHECK_SECONDS = 3.0
IMPORT_SECONDS = 10.0


def test_figures(
    postgres_cluster: Cluster,
    role_passwords: dict[str, str],
    template: str,
    nats_server: Server,
    tmp_path: Path,
) -> None:
    with (
        databases.fresh(postgres_cluster, role_passwords, template) as database,
        running(database, nats_server, tmp_path) as system,
    ):
        asyncio.run(system.ready())
        system.open_season(YEAR, "2026.1")
        for group in ("innovation", "all"):
            region = {"all": REGION, "innovation": "63.01"}[group]
            system.upload(region)
            measure(system, region, group)
        began = time.monotonic()
        while system.row(REGION, YEAR)["score"] is None:
            assert time.monotonic() - began < 60
            time.sleep(0.1)
        print(f"scored and shown after {time.monotonic() - began:.2f} s")


def measure(system: System, region: str, group: str) -> None:
    content = filled(ask(system, region, "GET", "").content)
    print(f"\ngroup={group}: {len(content)} bytes")
    for what, query, most in (
        ("dry run, empty season", f"?dry_run=true&group={group}", CHECK_SECONDS),
        ("import", f"?group={group}", IMPORT_SECONDS),
        ("import again", f"?group={group}", IMPORT_SECONDS),
        ("dry run, full season", f"?dry_run=true&group={group}", CHECK_SECONDS),
    ):
        neighbour = Neighbour(system)
        began = time.monotonic()
        told = ask(system, region, "POST", query, content).json()
        took = time.monotonic() - began
        slowest = neighbour.stop()
        counts = {name: told[name] for name in ("recorded", "new", "unchanged", "refused")}
        print(f"{what:24} {took:6.2f} s  {counts}  slowest neighbour {slowest * 1000:.0f} ms")
        assert took < most
        assert told["refused"] == 0
    began = time.monotonic()
    size = len(ask(system, region, "GET", "").content)
    print(f"{'export, full season':24} {time.monotonic() - began:6.2f} s  {size} bytes")


class Neighbour:
    """Another region that registers one innovation after the other, and how long the worst took."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._over = Event()
        self._slowest = 0.0
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            self._system.register(NEIGHBOUR, YEAR, f"n-{time.monotonic_ns()}")
            self._slowest = max(self._slowest, time.monotonic() - began)

    def stop(self) -> float:
        self._over.set()
        self._thread.join()
        return self._slowest


def ask(system: System, region: str, method: str, query: str, content: bytes = b"") -> Any:
    path = f"/v1/regions/{region}/seasons/{YEAR}/workbook{query}"
    response = system.send((region, "region_admin"), method, path, content, spreadsheets.HEADERS)
    assert response.status_code in (200, 201), response.text
    return response


def filled(content: bytes) -> bytes:
    cells = spreadsheets.opened(content)
    rows = ruleset.innovation_rows(rulebook.rule_set_for_year(YEAR))
    told = {
        "Tahapan Inovasi": "Penerapan",
        "Urusan Utama": "2",
        "Waktu Uji Coba": "2025-01-10",
        "Waktu Penerapan": "2025-03-01",
        "Rancang Bangun": "kata " * 320,
        "Tujuan Inovasi": "kata " * 60,
        "Manfaat Inovasi": "kata " * 60,
        "Hasil Inovasi": "kata " * 60,
    }
    for number in range(INNOVATIONS):
        code = f"inovasi-{number:03}"
        line = {"Kode Inovasi": code, "Nama Inovasi": f"Inovasi {number}", **told}
        cells["Inovasi"].append([line.get(title, "") for title in cells["Inovasi"][0]])
        for row in rows:
            line = {
                "Kode Inovasi": code,
                "Kode Indikator": row.code,
                "Tingkat": "2",
                "Sidik Berkas": PDF_SHA256,
                "Nomor Dokumen": "188.45/1/2025",
                "Tanggal Dokumen": "2025-02-01",
                "Perihal": "Keputusan",
                "Jabatan Penanda Tangan": "Bupati",
            }
            cells["Indikator"].append([line.get(title, "") for title in cells["Indikator"][0]])
    return spreadsheets.saved(cells)
