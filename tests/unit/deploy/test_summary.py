"""The summary: its words are fixed, its numbers are what it was told."""

from decimal import Decimal
from pathlib import Path

import msgspec

from deploy import summary
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
    assert claim.level < 3
    assert len(claim.evidence[0].sha256) == 64


def test_the_credentials_name_the_file_and_show_one_key(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(msgspec.json.encode({"63.10 region_admin": "jejak_a_b", "00 ministry": "no"}))
    told = "\n".join(summary._credentials(file))
    assert str(file) in told
    assert "jejak_a_b" in told
    assert "no" not in told.split()
