"""Certificates of a running system: signed, the same bytes twice, and recomputed by the program."""

import asyncio
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from deploy.verifier import periksa
from shared.io import rulebook
from shared.io.signing import Signer, Verifier
from shared.kernel import notes, regions
from tests.system import CERTIFICATE_KEY, LOG_KEY, LOG_NAME, System, must_be_problem
from tests.waiting import eventually

YEAR, REGION, NEIGHBOUR = 2026, "63.10", "63.11"
CERTIFICATE = f"/v1/provinces/63/seasons/{YEAR}/certificate"
KEY = Signer(LOG_NAME, LOG_KEY).key.text
CERTIFIERS = Signer(f"{LOG_NAME}/certificate", CERTIFICATE_KEY).key.text


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        for region, level in ((REGION, 3), (NEIGHBOUR, 2)):
            system.upload(region)
            system.register(region, YEAR, "tapis")
            system.claim(region, YEAR, "SPD-01", level)
        yield system


@pytest.fixture(scope="module")
def certificate(system: System) -> bytes:
    """Once everything is signed and scored."""
    heads = dict(system.query("select tenant, seq from intake.head where seq > 0"))
    lines = "select tenant, max(size) from intake.head_line group by tenant"

    async def told() -> None:
        await eventually(lambda: dict(system.query(lines)) == heads)
        await eventually(lambda: system.get(CERTIFICATE, stage="mandiri").status_code == 200)

    asyncio.run(told())
    return system.get(CERTIFICATE, stage="mandiri").content


def checked(
    system: System, folder: Path, content: bytes, *arguments: str
) -> subprocess.CompletedProcess[str]:
    (folder / "sertifikat.txt").write_bytes(content)
    (folder / "bundel.zip").write_bytes(system.get("/v1/bundles/63").content)
    shutil.copy(periksa.__file__, folder / "periksa.py")
    asked = ["bundel.zip", "--key", KEY, "--certificate", "sertifikat.txt", *arguments]
    return subprocess.run(
        [sys.executable, "-I", "-S", "periksa.py", *asked],
        cwd=folder,
        capture_output=True,
        text=True,
        env={},
        timeout=60,
        check=False,
    )


def test_it_says_what_the_ranking_says_and_is_signed(system: System, certificate: bytes) -> None:
    text = certificate.decode().rpartition("\n\n")[0]
    lines = text.split("\n")
    assert lines[0] == f"{LOG_NAME}/certificate/63/{YEAR}/mandiri"
    assert "standing projection" in lines
    assert f"rules 2026.1 {rulebook.rule_digests()['2026.1']}" in lines
    rows = system.ranking(YEAR, stage="mandiri")["rows"]
    assert [line.split(" ")[:2] for line in lines[-13:]] == [
        [str(row["rank"]), row["region"]] for row in rows
    ]
    assert lines[-13].endswith(rows[0]["predikat"])
    name, encoded = certificate.decode().rstrip("\n").rpartition("\n")[2][2:].split(" ")
    signature = notes.from_base64(encoded)
    assert signature is not None
    assert name == f"{LOG_NAME}/certificate"
    assert Verifier(CERTIFIERS).verifies((text + "\n").encode(), signature[4:])


def test_the_same_cut_is_the_same_bytes_while_the_log_grows(
    system: System, certificate: bytes, tmp_path: Path
) -> None:
    size = re.search(r"^cut (\d+) ", certificate.decode(), re.MULTILINE)
    assert size
    asked = {"stage": "mandiri", "size": size[1]}
    annex = system.get(CERTIFICATE + ".pdf", **asked).content
    system.claim(NEIGHBOUR, YEAR, "SPD-08", 3)
    assert system.get(CERTIFICATE, **asked).content == certificate
    assert system.get(CERTIFICATE + ".pdf", **asked).content == annex
    told = checked(system, tmp_path, certificate, "--certificate-key", CERTIFIERS)
    assert told.returncode == 0, told.stdout


def test_without_its_key_the_answer_says_so(
    system: System, certificate: bytes, tmp_path: Path
) -> None:
    told = checked(system, tmp_path, certificate)
    assert told.returncode == 0, told.stdout
    assert "tanda tangan sertifikat sertifikat.txt tidak diperiksa" in told.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r"\n1 63\.10 ", "\n2 63.10 ", "Baris 1 sertifikat"),
        (r"\nrules 2026.1 .", "\nrules 2026.1 f", "dengan sidik lain"),
        (r"\ncut \d+ ", "\ncut 1 ", "bukan awal bundel"),
        (r"\nregions 13", "\nregions 12", "memuat 13 daerah"),
        (r"(\n1 63\.10 \S+) \d+ ", r"\1 99 ", "Baris 1 sertifikat"),
        (r"\nstanding projection", "\nstanding resmi", "bukan catatan bertanda tangan"),
    ],
    ids=["rank", "rules", "cut", "count", "size", "shape"],
)
def test_a_changed_certificate_is_told(
    system: System, certificate: bytes, tmp_path: Path, old: str, new: str, said: str
) -> None:
    changed = re.sub(old, new, certificate.decode(), count=1)
    assert changed != certificate.decode()
    told = checked(system, tmp_path, changed.encode(), "--certificate-key", CERTIFIERS)
    assert told.returncode == 1
    assert said in told.stdout
    if "catatan" not in said:
        assert "tidak sah" in told.stdout, "nor is it signed"


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_annex_names_every_region(system: System, certificate: bytes, language: str) -> None:
    answer = system.get(CERTIFICATE + ".pdf", stage="mandiri", bahasa=language)
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    text = "\n".join(page.extract_text() for page in reader.pages)
    plain = re.sub(r"\s+", " ", text)
    for region in regions.of_province(rulebook.regions(), "63"):
        assert region.name in plain
    assert "not an official" in plain or "bukan hasil resmi" in plain
    lines = certificate.decode().split("\n")
    best = next(line for line in lines if line.startswith("1 ")).split(" ")
    index = f"{Decimal(best[2]):.2f}"
    assert (index if language == "en" else index.replace(".", ",")) in plain


def test_what_nobody_told_is_not_certified(system: System, certificate: bytes) -> None:
    assert certificate
    for asked, status in (
        ({"stage": "final"}, 404),
        ({"stage": "akhir"}, 422),
        ({"size": "999999"}, 404),
    ):
        must_be_problem(system.get(CERTIFICATE, **asked), status)
    must_be_problem(system.get("/v1/provinces/63/seasons/2019/certificate"), 404)
    must_be_problem(system.get(CERTIFICATE + ".pdf", stage="mandiri", bahasa="fr"), 400)
