"""The three services as real processes on a database and a bus of a test's own.

What a test does, a caller does: keys, HTTP, killing a process. Nothing is reached from inside.
"""

import base64
import hashlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import psycopg

from deploy.local import network
from deploy.local.bus_rights import ADMIN
from deploy.local.nats import Server
from tests import papers
from tests.databases import Database
from tests.waiting import eventually

ROOT = Path(__file__).parent.parent
SERVICES = ("intake", "scoring", "projection")
STOP_SECONDS_MAX = 15

# Ready to be sent in 2026: every item of the form, applied in the two years before, 300 words.
PROFILE = {
    "name": "SI UJI",
    "tahapan": "penerapan",
    "inisiator": "perangkat_daerah",
    "jenis": "digital",
    "bentuk": "pelayanan_publik",
    "klasifikasi": "perangkat_daerah",
    "asta_cita": ["4"],
    "pkpn": "kesehatan",
    "main_urusan": 2,
    "latitude": "-3.45",
    "longitude": "115.99",
    "trial_date": "2018-05-01",
    "implementation_date": "2025-03-01",
    "design": "kata " * 300,
    "purpose": "Tujuan",
    "benefit": "Manfaat",
    "outcome": "Hasil",
}
PEOPLE_KEY = base64.b64encode(bytes(range(32))).decode()
CERTIFICATE_KEY = base64.b64encode(bytes(range(2, 34))).decode()
LOG_NAME, LOG_KEY = "uji.jejak", base64.b64encode(bytes(range(1, 33))).decode()
PDF = papers.pdf("contoh")
PDF_SHA256 = hashlib.sha256(PDF).hexdigest()


class System:
    """Three services, their addresses, and the keys of whoever calls them."""

    def __init__(
        self,
        database: Database,
        bus: Server,
        folder: Path,
        allowance: str = "100",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.database = database
        self.bus = bus
        self.folder = folder
        self.ports = {service: network.free_port() for service in SERVICES}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.keys: dict[tuple[str, str], str] = {}
        self.allowance = allowance
        self.settings = settings or {}
        self.http = httpx.Client(timeout=30)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def start(self, service: str) -> None:
        own = {
            "DATABASE_URL": self.database.roles[service],
            "LISTEN_PORT": str(self.ports[service]),
            # Tests ask far more at once than any tenant; those of limits say so themselves.
            "ALLOWANCE": self.allowance,
            "EVIDENCE_URL": (self.folder / "evidence").as_uri(),
            "PEOPLE_KEY": PEOPLE_KEY,
            "LOG_NAME": LOG_NAME,
            "LOG_KEY": LOG_KEY,
            "CHECKPOINTS_URL": (self.folder / "checkpoints").as_uri(),
            "SIGN_SECONDS": "0.1",
            "CERTIFICATE_KEY": CERTIFICATE_KEY,
            # Where we are ourselves is known only now.
            **{k: v.format(intake=self.url("intake")) for k, v in self.settings.items()},
        }
        self._start(service, f"services.{service}", service, own)

    def keep_streams(self) -> None:
        """What deploy does beside the services."""
        self._start("streams", "deploy.streams", ADMIN, {})

    def _start(self, name: str, module: str, user: str, own: Mapping[str, str]) -> None:
        bus = {"NATS_URL": self.bus.url, "NATS_SEED": self.bus.seed(user)}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env={**os.environ, **bus, **own},
                stdout=log,
                stderr=log,
            )

    async def ready(self, *services: str) -> None:
        for service in services or SERVICES:
            await eventually(lambda name=service: self._is_ready(name))  # type: ignore[misc]

    def kill(self, service: str) -> None:
        process = self.processes.pop(service)
        process.send_signal(signal.SIGKILL)
        process.wait(STOP_SECONDS_MAX)

    def stop(self) -> None:
        """Stop all services; the system is not used afterwards."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(STOP_SECONDS_MAX)
        self.processes.clear()
        self.http.close()

    def key(self, tenant: str, role: str) -> str:
        """An API key with this role, made once; it may state moments in the past."""
        if (tenant, role) not in self.keys:
            identity, secret = secrets.token_hex(6), secrets.token_hex(32)
            with psycopg.connect(self.database.admin, autocommit=True) as connection:
                connection.execute(
                    "insert into intake.api_key (id, client, tenant, role, secret_hash, history)"
                    " values (%s, %s, %s, %s, %s, true)",
                    [identity, identity, tenant, role, hashlib.sha256(secret.encode()).digest()],
                )
            self.keys[tenant, role] = f"jejak_{identity}_{secret}"
        return self.keys[tenant, role]

    def issue(self, tenant: str, role: str, **body: Any) -> str:
        """A key given out over HTTP by the ministry."""
        until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        asked = {"client": secrets.token_hex(6), "role": role, "expires_at": until, **body}
        told = self.must(("00", "ministry"), "POST", f"/v1/tenants/{tenant}/keys", asked)
        return str(told["key"])

    def send(
        self,
        who: tuple[str, str],
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request to intake; `body` is JSON unless it is bytes."""
        given = {
            "Authorization": f"Bearer {self.key(*who)}",
            "Idempotency-Key": secrets.token_hex(8),
            **(headers or {}),
        }
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.http.request(method, self.url("intake") + path, headers=given, **content)

    def must(self, *arguments: Any, **keywords: Any) -> dict[str, Any]:
        """A request that is expected to be taken."""
        response = self.send(*arguments, **keywords)
        assert response.status_code in (200, 201), response.text
        answer: dict[str, Any] = response.json()
        return answer

    def open_season(self, year: int, rule_set: str) -> None:
        self.must(("00", "ministry"), "PUT", f"/v1/seasons/{year}", {"rule_set": rule_set})

    def upload(self, region: str) -> None:
        self.must(
            (region, "region_admin"),
            "PUT",
            f"/v1/regions/{region}/evidence/{PDF_SHA256}",
            PDF,
            {"Content-Type": "application/pdf"},
        )

    def register(self, region: str, year: int, innovation: str, urusan: int = 2) -> None:
        applied = {"main_urusan": urusan, "implementation_date": f"{year - 1}-03-01"}
        body = {"innovation": innovation, "profile": {**PROFILE, **applied}}
        path = f"/v1/regions/{region}/seasons/{year}/innovations"
        self.must((region, "region_admin"), "POST", path, body)

    def submit(self, region: str, year: int, innovation: str) -> dict[str, Any]:
        """Send an innovation as its region would: read the check, explain what is asked."""
        path = f"/v1/regions/{region}/seasons/{year}/innovations/{innovation}"
        who = (region, "region_admin")
        check = self.must(who, "GET", path + "/check")
        body = {
            "statement": check["statement"]["code"],
            "signer_office": "Kepala Bapperida",
            "explained": {question["key"]: "Benar." for question in check["questions"]},
        }
        return self.must(who, "POST", path + "/submission", body)

    def claim(
        self, region: str, year: int, indicator: str, level: int, innovation: str = ""
    ) -> dict[str, Any]:
        entry = f"/v1/regions/{region}/seasons/{year}"
        subject = f"/innovations/{innovation}" if innovation else ""
        body = {"level": level, "evidence": [{"sha256": PDF_SHA256}] if level else []}
        who = (region, "region_admin")
        return self.must(who, "PUT", f"{entry}{subject}/indicators/{indicator}/claim", body)

    def ranking(self, year: int, **parameters: str) -> dict[str, Any]:
        """Kalimantan Selatan's ranking as the projection tells it."""
        path = f"/v1/provinces/63/seasons/{year}/ranking"
        return self.read(path, **parameters)

    def row(self, region: str, year: int, **parameters: str) -> dict[str, Any]:
        rows = self.ranking(year, **parameters)["rows"]
        return next(row for row in rows if row["region"] == region)

    def get(self, path: str, key: str = "", **parameters: str) -> httpx.Response:
        """One request to the projection, by nobody or with a key."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.http.get(self.url("projection") + path, params=parameters, headers=headers)

    def read(self, path: str, key: str = "", **parameters: str) -> dict[str, Any]:
        """What the projection answers, which is expected to be something."""
        response = self.get(path, key, **parameters)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def heads(self) -> list[tuple[Any, ...]]:
        """Every log as far as it goes: it is the same as long as nothing was recorded."""
        return self.query("select tenant, seq, root from intake.head where seq > 0 order by tenant")

    def query(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.admin, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(encoding="utf-8")

    def _is_ready(self, service: str) -> bool:
        process = self.processes[service]
        assert process.poll() is None, f"{service} ended:\n{self.log(service)[-3000:]}"
        try:
            return self.http.get(self.url(service) + "/readyz").status_code == 200
        except httpx.HTTPError:
            return False


def exact(share: Mapping[str, int]) -> Fraction:
    """A share of points as the answers tell it."""
    return Fraction(share["numerator"], share["denominator"])


def must_be_problem(response: httpx.Response, status: int) -> None:
    """A refusal is told in a whole sentence, with a stable name."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"].count(".") >= 1
    assert problem["type"] == f"urn:jejak-inovasi:problem:{problem['title']}"
    assert problem["detail"].endswith(".")
    assert "…" not in problem["detail"], problem


@contextmanager
def running(
    database: Database,
    bus: Server,
    folder: Path,
    *services: str,
    allowance: str = "100",
    settings: Mapping[str, str] | None = None,
) -> Iterator[System]:
    """The services, started and stopped with the block."""
    system = System(database, bus, folder, allowance, settings)
    system.keep_streams()
    for service in services or SERVICES:
        system.start(service)
    try:
        yield system
    finally:
        system.stop()
