"""The annex of a decree as a spreadsheet: rows as printed, every wrong cell named."""

import pytest

from services.intake.core import annex
from services.intake.core.result import Counts
from shared.kernel.tables import Grid

HEADER = ("Kode", "Daerah", "Skor", "Predikat", "Jumlah Inovasi", "PD Melapor", "Jumlah PD")
REGIONS = {"63.01", "63.10", "19.71"}


def read(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> tuple[list[str], list[str]]:
    found, wrongs = annex.read(Grid(rows=(header, *rows)), REGIONS)
    return [row.region for row in found], [f"{one.cell} {one.reason}" for one in wrongs]


def test_rows_are_read_as_they_are_printed() -> None:
    row = ("19.71", "Pangkalpinang", "58,20", "Inovatif", "29", "21", "34")
    (found,), wrongs = annex.read(Grid(rows=(HEADER, row)), REGIONS)
    assert not wrongs
    assert (found.region, found.score, found.predikat) == ("19.71", "58.20", "Inovatif")
    assert found.counts == Counts(innovations=29, agencies=21, agencies_total=34)
    without = ("19.71", "", "58.2", "Inovatif", "", "", "")
    (found,), _ = annex.read(Grid(rows=(HEADER, without)), REGIONS)
    assert found.counts == Counts()


def test_a_code_that_became_a_number_is_still_that_region() -> None:
    assert read(("63.1", "", "40,00", "Inovatif")) == (["63.10"], [])


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (("99.99", "", "1,00", "Inovatif"), "Hasil!A2 region.unknown"),
        (("", "", "1,00", "Inovatif"), "Hasil!A2 region.unknown"),
        (("63.10", "", "1.000,5", "Inovatif"), "Hasil!C2 result.score_out_of_range"),
        (("63.10", "", "NaN", "Inovatif"), "Hasil!C2 result.score_out_of_range"),
        (("63.10", "", "1,00", "Juara"), "Hasil!D2 result.unknown_predikat"),
        (("63.10", "", "1,00", "Inovatif", "-3"), "Hasil!E2 cell.count_malformed"),
        (("63.10", "", "1,00", "Inovatif", "1", "٣"), "Hasil!F2 cell.count_malformed"),
    ],
)
def test_a_wrong_cell_is_named(row: tuple[str, ...], wrong: str) -> None:
    assert read(row)[1] == [wrong]


def test_a_region_stands_once_and_the_header_must_be_known() -> None:
    twice = ("63.10", "", "1,00", "Inovatif")
    assert read(twice, twice)[1] == ["Hasil!A3 result.region_named_twice"]
    assert read(twice, header=("Kode", "Daerah", "Nilai", "Predikat"))[0] == []
    told = read(twice, header=("Kode", "Daerah", "Nilai", "Predikat"))[1]
    assert "Hasil!C1 cell.unknown_column" in told
    assert "Hasil!A1 cell.missing_column" in told


def test_a_formula_is_no_result() -> None:
    grid = Grid(rows=(HEADER, ("63.10", "", "1,00", "Inovatif")), formulas=((1, 2),))
    _, wrongs = annex.read(grid, REGIONS)
    assert [f"{one.cell} {one.reason}" for one in wrongs] == ["Hasil!C2 cell.formula"]
