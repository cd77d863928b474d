"""The summary: its words are fixed, its numbers are what it was told."""

from decimal import Decimal
from pathlib import Path

import msgspec

from deploy import summary
from deploy.sample import history
from deploy.sample.plan import level_of
from deploy.sample.ranking import Ranking, Row


def ranking(rank: int, score: str, notice: str | None) -> Ranking:
    other = Row(rank=1, region="63.11", name="Kabupaten B", score=Decimal("99.1"), predikat="x")
    own = Row(
        rank=rank,
        region="63.10",
        name="Kabupaten Tanah Bumbu",
        score=Decimal(score),
        predikat="Inovatif",
    )
    return Ranking(rows=(other, own), notice=notice)


def test_each_line_says_what_the_ranking_said() -> None:
    asked = [
        ranking(12, "11.11", "Data contoh"),
        ranking(11, "22.22", "Data contoh"),
        ranking(7, "33.33", "Proyeksi"),
        Ranking(rows=(), notice="Proyeksi"),
    ]
    lines = list(summary._positions(asked))
    assert lines[0] == "Kabupaten Tanah Bumbu di Kalimantan Selatan"
    assert "per 10 Februari 2025" in lines[1]
    assert "peringkat 12 dari 2" in lines[1]
    assert "11,11  Inovatif" in lines[1]
    assert "peringkat 11 dari 2" in lines[2]
    assert "peringkat  7 dari 2" in lines[3]
    assert "belum ada peringkat" in lines[4]
    assert lines[5:] == ["  Data contoh.", "  Proyeksi."]


def test_the_claim_to_try_raises_a_row_of_the_region_with_evidence_it_has() -> None:
    claim = summary.best_claim()
    assert not claim.innovation
    assert level_of(claim) < 3
    assert len(claim.evidence[0].sha256) == 64


def test_the_credentials_name_the_file_and_show_one_key(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(msgspec.json.encode({"63.10 region_admin": "jejak_a_b", "00 ministry": "no"}))
    told = "\n".join(summary._credentials(file))
    assert str(file) in told
    assert "jejak_a_b" in told
    assert "no" not in told.split()


def test_the_addresses_name_a_history_that_the_sample_really_has() -> None:
    told = {name: f"http://{name.lower()}" for name in ("PROJECTION", "INTAKE", "SCORING")}
    lines = list(summary._addresses({f"{name}_URL": url for name, url in told.items()}))
    [line] = [line for line in lines if "/history" in line]
    assert "http://projection/v1/regions/19.71/history" in line
    years = [row.year for row in history.rows() if row.region == summary.REGION_OF_HISTORY]
    assert f"Pangkalpinang sejak {min(years)}" in line
    assert len(years) == 4
