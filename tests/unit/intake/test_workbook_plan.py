"""What single cells come to: every wrong one by its name and reason, every right one as meant."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.intake.core.agency import Agency
from services.intake.core.indicator import Claim, Slot
from services.intake.core.innovation import Innovation, Register, Revise
from services.intake.core.spreadsheet import plan, workbook
from services.intake.core.spreadsheet.groups import Group, Sources, Step
from services.intake.core.spreadsheet.lines import Wrong
from services.intake.core.spreadsheet.workbook import Standing, Year
from shared.io import rulebook
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.events.innovation import Profile
from shared.kernel.rules import ruleset
from shared.kernel.tables import Grid

RULES = rulebook.rule_set_for_year(2026)
YEAR = Year(
    year=2026,
    form=rulebook.form_for_year(2026),
    rules=RULES,
    rule_digest="d" * 64,
    affairs=rulebook.affairs(),
)
FILE, OTHER = (
    EvidenceReference(sha256=letter * 64, size_bytes=1, media_type="application/pdf")
    for letter in "ab"
)
PROFILE = Profile(name="Tapis", tahapan="penerapan", main_urusan=2)
BANDED = next(row.code for row in ruleset.region_rows(RULES) if row.bands is not None)
STANDING = Standing(
    position=7,
    innovations={
        "tapis": Innovation(status="draft", profile=PROFILE),
        "tarik": Innovation(status="withdrawn", profile=PROFILE),
    },
    claims={("tapis", "SID-VIDEO"): Slot(status="claimed", level=2, evidence=(FILE,))},
    agencies={"dinkes": Agency(status="open", name="Dinas Kesehatan", kind="dinas")},
)
EMPTY_HANDED = Standing(position=3, agencies=STANDING.agencies)
NEW = {
    "Kode Inovasi": "baru",
    "Nama Inovasi": "Baru",
    "Tahapan Inovasi": "penerapan",
    "Urusan Utama": "2",
}
CLAIM = {"Kode Inovasi": "tapis", "Kode Indikator": "SID-REGULASI", "Tingkat": "1"}
CLAIM = {**CLAIM, "Sidik Berkas": FILE.sha256}


def grid(sheet: str, *rows: dict[str, str], drop: str = "", more: tuple[str, ...] = ()) -> Grid:
    columns = {
        "Inovasi": workbook.innovation_columns(YEAR),
        "Indikator": workbook.claim_columns(of_innovations=True),
        "Daerah": workbook.claim_columns(of_innovations=False),
    }[sheet]
    titles = [column.title for column in columns if column.title != drop]
    told = (tuple(row.get(title, "") for title in titles) for row in rows)
    return Grid(rows=((*titles, *more), *told))


def planned(
    *, now: Standing = STANDING, then: Standing | None = None, **grids: Grid
) -> tuple[tuple[Group, ...], tuple[Wrong, ...]]:
    known = {file.sha256: file for file in (FILE, OTHER)}
    return plan.plan(grids, Sources(year=YEAR, written=then, now=now, known=known))


def wrongs(**given: Any) -> list[tuple[str, str]]:
    groups, amiss = planned(**given)
    found = [*amiss, *(wrong for group in groups for wrong in group.wrongs)]
    return [(wrong.cell, wrong.reason) for wrong in found]


def steps(**given: Any) -> list[Step]:
    groups, amiss = planned(**given)
    assert not amiss
    assert not [wrong for group in groups for wrong in group.wrongs]
    return [step for group in groups for step in group.steps]


def cell(sheet: str, title: str, row: int = 2) -> str:
    place = grid(sheet).rows[0].index(title)
    return f"{sheet}!{chr(ord('A') + place)}{row}"


@pytest.mark.parametrize(
    ("title", "given", "reason"),
    [
        ("Kode Inovasi", "Kode Besar", "innovation.name_malformed"),
        ("Nama Inovasi", "", "cell.required"),
        ("Tahapan Inovasi", "", "cell.required"),
        ("Tahapan Inovasi", "dipakai", "cell.choice"),
        ("Urusan Utama", "39", "cell.choice"),
        ("Urusan Lain yang Beririsan", "1; 1", "innovation.urusan_named_twice"),
        ("Asta Cita", "Asta Cita 9", "cell.choice"),
        ("Waktu Uji Coba", "31/02/2025", "cell.date"),
        ("Waktu Uji Coba", "2025", "cell.date"),
        ("Titik Koordinat", "-3,4; 115,9", "cell.place"),
        ("Titik Koordinat", "51.5, 0.1", "innovation.place_outside"),
        ("Anggaran", "abc", "cell.fingerprint"),
        ("Anggaran", "c" * 64, "evidence.not_uploaded"),
        ("Nama Inovasi", "x" * 301, "text.too_long"),
        ("Nama Inovasi", "a\x01b", "text.forbidden_character"),
        ("Perangkat Daerah", "Dinas Lain", "agency.name_malformed"),
        ("Perangkat Daerah", "bappeda", "agency.unknown"),
    ],
)
def test_a_wrong_cell_of_an_innovation_is_named(title: str, given: str, reason: str) -> None:
    row = {**NEW, title: given}
    assert wrongs(Inovasi=grid("Inovasi", row)) == [(cell("Inovasi", title), reason)]


def test_dates_out_of_order_are_told_at_the_second() -> None:
    row = {**NEW, "Waktu Uji Coba": "2025-03-01", "Waktu Penerapan": "01/02/2025"}
    (wrong,) = wrongs(Inovasi=grid("Inovasi", row))
    assert wrong == (cell("Inovasi", "Waktu Penerapan"), "innovation.dates_out_of_order")


def test_an_innovation_stands_in_one_row() -> None:
    assert wrongs(Inovasi=grid("Inovasi", NEW, NEW)) == [("Inovasi!A3", "cell.innovation_twice")]


@pytest.mark.parametrize(
    ("changes", "title", "reason"),
    [
        ({"Kode Inovasi": "lain"}, "Kode Inovasi", "innovation.unknown"),
        ({"Kode Inovasi": ""}, "Kode Inovasi", "innovation.name_malformed"),
        ({"Kode Indikator": "SID-LAIN"}, "Kode Indikator", "indicator.unknown"),
        ({"Kode Indikator": "SPD-01"}, "Kode Indikator", "indicator.of_the_region"),
        ({"Tingkat": "4"}, "Tingkat", "cell.level"),
        ({"Tingkat": "-"}, "Tingkat", "cell.level"),
        ({"Angka": "1.2.3"}, "Angka", "indicator.figure_malformed"),
        ({"Sidik Berkas": "abc"}, "Sidik Berkas", "cell.fingerprint"),
        ({"Sidik Berkas": "c" * 64}, "Sidik Berkas", "evidence.not_uploaded"),
        ({"Tanggal Dokumen": "kemarin"}, "Tanggal Dokumen", "cell.date"),
        ({"Nomor Dokumen": "x" * 201}, "Nomor Dokumen", "text.too_long"),
        ({"Sidik Berkas": "", "Perihal": "SK"}, "Sidik Berkas", "cell.document_without_file"),
    ],
)
def test_a_wrong_cell_of_a_claim_is_named(changes: dict[str, str], title: str, reason: str) -> None:
    told = wrongs(Indikator=grid("Indikator", {**CLAIM, **changes}))
    assert told == [(cell("Indikator", title), reason)]


def test_rows_of_one_claim_say_the_same_level() -> None:
    more = {**CLAIM, "Sidik Berkas": OTHER.sha256, "Nomor Dokumen": "2"}
    (step,) = steps(Indikator=grid("Indikator", CLAIM, {**more, "Tingkat": ""}))
    assert isinstance(step.command, Claim)
    assert [file.document_number for file in step.command.evidence] == ["", "2"]
    told = wrongs(Indikator=grid("Indikator", CLAIM, {**more, "Tingkat": "2"}))
    assert told == [(cell("Indikator", "Tingkat", 3), "cell.said_otherwise")]


def test_a_claim_is_withdrawn_by_a_zero_and_not_by_silence() -> None:
    row = {"Kode Inovasi": "tapis", "Kode Indikator": "SID-VIDEO"}
    told = wrongs(Indikator=grid("Indikator", row))
    assert told == [(cell("Indikator", "Tingkat"), "cell.claim_cleared")]
    (step,) = steps(Indikator=grid("Indikator", {**row, "Tingkat": "0"}))
    assert isinstance(step.command, Claim)
    assert (step.command.level, step.command.evidence) == (0, ())


def test_what_was_changed_on_both_sides_is_told() -> None:
    rows = [{**NEW, "Kode Inovasi": "tapis"}, {**NEW, "Kode Inovasi": "tarik"}]
    then = Standing(position=3, innovations={"tarik": STANDING.innovations["tapis"]})
    assert wrongs(then=then, Inovasi=grid("Inovasi", *rows)) == [
        (cell("Inovasi", "Nama Inovasi"), "cell.changed_meanwhile"),
        (cell("Inovasi", "Nama Inovasi", 3), "cell.changed_meanwhile"),
        (cell("Inovasi", "Tahapan Inovasi", 3), "cell.changed_meanwhile"),
        (cell("Inovasi", "Urusan Utama", 3), "cell.changed_meanwhile"),
    ]
    row = {**CLAIM, "Kode Indikator": "SID-VIDEO", "Tingkat": "3"}
    told = wrongs(then=EMPTY_HANDED, Indikator=grid("Indikator", row))
    assert told == [(cell("Indikator", "Tingkat"), "cell.changed_meanwhile")]
    same = {**row, "Tingkat": "2"}
    assert steps(then=EMPTY_HANDED, Indikator=grid("Indikator", same)) == []


def test_a_claim_of_what_was_withdrawn_since_is_told() -> None:
    then = Standing(position=3, innovations={"tarik": STANDING.innovations["tapis"]})
    row = {**CLAIM, "Kode Inovasi": "tarik"}
    told = wrongs(then=then, Indikator=grid("Indikator", row))
    assert told == [(cell("Indikator", "Kode Inovasi"), "innovation.withdrawn")]


def test_a_changed_figure_brings_its_own_level() -> None:
    now = Standing(
        claims={("", BANDED): Slot(status="claimed", level=1, figure=Decimal(9), evidence=(FILE,))}
    )
    row = {"Kode Indikator": BANDED, "Tingkat": "1", "Angka": "4,37", "Sidik Berkas": FILE.sha256}
    (step,) = steps(now=now, Daerah=grid("Daerah", row))
    assert isinstance(step.command, Claim)
    assert (step.command.level, step.command.figure) == (None, Decimal("4.37"))


def test_headers_are_ours_each_once_and_the_needed_ones_are_there() -> None:
    assert wrongs(Inovasi=grid("Inovasi", NEW, more=("Catatan",))) == [
        ("Inovasi!Y1", "cell.unknown_column")
    ]
    assert wrongs(Inovasi=grid("Inovasi", NEW, more=("nama  inovasi",))) == [
        ("Inovasi!Y1", "cell.column_twice")
    ]
    assert ("Inovasi!A1", "cell.missing_column") in wrongs(
        Inovasi=grid("Inovasi", NEW, drop="Nama Inovasi")
    )
    assert wrongs(Indikator=grid("Indikator", CLAIM, drop="Perihal")) == [
        ("Indikator!A1", "cell.missing_column")
    ]
    assert len(steps(Inovasi=grid("Inovasi", NEW, drop="Tujuan Inovasi"))) == 1


def test_a_formula_is_named_where_it_is_read_and_nowhere_else() -> None:
    told = grid("Inovasi", NEW)
    for column, found in ((1, [("Inovasi!B2", "cell.formula")]), (40, [])):
        rows = Grid(rows=told.rows, formulas=((1, column),))
        assert wrongs(Inovasi=rows) == found


def test_a_workbook_without_our_sheets_is_none() -> None:
    with pytest.raises(Refused) as refused:
        planned(Petunjuk=Grid())
    assert refused.value.reason == "workbook.without_sheets"


def test_new_and_changed_rows_become_commands_that_keep_what_no_column_says() -> None:
    held = Profile(name="Tapis", tahapan="penerapan", main_urusan=2, replicates="63.01/tapis")
    now = Standing(innovations={"tapis": Innovation(status="draft", profile=held)})
    rows = [
        NEW,
        {**NEW, "Kode Inovasi": "tapis", "Nama Inovasi": "Tapis", "Waktu Penerapan": "1/3/2025"},
    ]
    new, changed = steps(now=now, Inovasi=grid("Inovasi", *rows))
    assert isinstance(new.command, Register)
    assert new.new
    assert isinstance(changed.command, Revise)
    assert not changed.new
    profile = changed.command.profile
    assert (profile.implementation_date, profile.replicates) == (date(2025, 3, 1), "63.01/tapis")


def test_an_innovation_that_was_withdrawn_comes_back_by_a_row() -> None:
    (step,) = steps(Inovasi=grid("Inovasi", {**NEW, "Kode Inovasi": "tarik"}))
    assert isinstance(step.command, Register)
