"""Spreadsheets of a season: what is written is read back as nothing new; garbage is only named."""

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.intake.core.agency import Agency
from services.intake.core.indicator import Slot
from services.intake.core.innovation import Innovation
from services.intake.core.spreadsheet import cells, lines, plan, workbook
from services.intake.core.spreadsheet.groups import Sources
from services.intake.core.spreadsheet.workbook import Standing, Year
from shared.io import rulebook, sheets_in, sheets_out
from shared.kernel import tables
from shared.kernel.errors import Failure
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.events.innovation import Attachment, Profile
from shared.kernel.rules import ruleset
from shared.kernel.tables import Grid
from tests.effort import examples

YEARS = [
    Year(
        year=year,
        form=rulebook.form_for_year(year),
        rules=rulebook.rule_set_for_year(year),
        rule_digest="d" * 64,
        affairs=rulebook.affairs(),
    )
    for year in (2024, 2026)
]
FILES = {
    letter * 64: EvidenceReference(sha256=letter * 64, size_bytes=9, media_type="application/pdf")
    for letter in "abc"
}
# What a profile may hold: no controls, which no page could show and no workbook could hold.
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t=+-@'\""),
    max_size=60,
)
NAMES = st.sampled_from(["tapis", "sasirangan", "kain-2026"])
DATES = st.none() | st.dates(date(1800, 1, 1), date(2030, 1, 1))


def choices(year: Year, field: str) -> list[str]:
    found = (item for item in year.form.items if item.field == field)
    return [choice.code for item in found for choice in item.choices] or [""]


@st.composite
def profiles_of(draw: st.DrawFn, year: Year) -> Profile:
    dates = sorted(draw(st.lists(st.dates(date(1800, 1, 1), date(2030, 1, 1)), max_size=3)))
    dated = ("trial_date", "implementation_date", "development_date")
    named: dict[str, Any] = dict(zip(dated, dates, strict=False))
    place = draw(st.none() | st.tuples(st.integers(-110000, 60000), st.integers(950000, 1410000)))
    return Profile(
        name=draw(TEXT.filter(str.strip)),
        tahapan=draw(st.sampled_from(choices(year, "tahapan"))),
        main_urusan=draw(st.integers(1, 38)),
        other_urusan=tuple(draw(st.lists(st.integers(1, 38), unique=True, max_size=4))),
        bentuk=draw(st.sampled_from(["", *choices(year, "bentuk")])),
        asta_cita=tuple(draw(st.lists(st.sampled_from(["1", "2", "8"]), unique=True, max_size=3))),
        design=draw(TEXT),
        purpose=draw(TEXT),
        # Also what is in no list: it stands until somebody changes the cell.
        pkpn=draw(st.sampled_from(["", "pangan", "dahulu"])),
        agency=draw(st.sampled_from(["", "dinkes", "tutup", "lama"])),
        latitude=None if place is None else Decimal(place[0]).scaleb(-4),
        longitude=None if place is None else Decimal(place[1]).scaleb(-4),
        attachments=tuple(
            Attachment(kind="anggaran", sha256=sha256, size_bytes=9, media_type="application/pdf")
            for sha256 in draw(st.lists(st.sampled_from(sorted(FILES)), unique=True))
        ),
        **named,
    )


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    files = tuple(
        msgspec.structs.replace(
            FILES[sha256],
            document_number=draw(st.sampled_from(["", "0812", "=1+1"])),
            document_date=draw(DATES),
            subject=draw(TEXT),
        )
        for sha256 in draw(st.lists(st.sampled_from(sorted(FILES)), unique=True, max_size=3))
    )
    states: list[Any] = ["claimed", "returned", "accepted"] if files else ["empty"]
    return Slot(
        status=draw(st.sampled_from(states)),
        level=draw(st.integers(1, 3)) if files else 0,
        evidence=files,
        figure=draw(st.none() | st.decimals(0, 100, places=2)) if files else None,
    )


@st.composite
def seasons(draw: st.DrawFn) -> tuple[int, Standing]:
    place = draw(st.integers(0, len(YEARS) - 1))
    year = YEARS[place]
    named = draw(st.lists(NAMES, unique=True))
    codes = [row.code for row in ruleset.innovation_rows(year.rules)[:3]]
    own = [row.code for row in ruleset.region_rows(year.rules)[:3]]
    states: list[Any] = ["draft", "submitted", "rejected", "withdrawn"]
    return place, Standing(
        position=draw(st.integers(0, 9)),
        innovations={
            name: Innovation(status=draw(st.sampled_from(states)), profile=draw(profiles_of(year)))
            for name in named
        },
        claims={
            **{(name, code): draw(slots()) for name in named for code in codes},
            **{("", code): draw(slots()) for code in own},
        },
        agencies={
            "dinkes": Agency(status="open", name=draw(TEXT), kind="dinas"),
            "tutup": Agency(status="closed", name="Dinas Lama", kind="dinas"),
        },
    )


def planned(grids: dict[str, Grid], year: Year, now: Standing, then: Standing | None) -> Any:
    return plan.plan(grids, Sources(year=year, written=then, now=now, known=FILES))


@settings(max_examples=examples(60), deadline=None)
@given(seasons(), st.booleans())
def test_what_is_written_and_read_back_changes_nothing(
    season: tuple[int, Standing], knows_when: object
) -> None:
    """Through a real file: dates, line ends, spaces, text like formulas, unknown choices."""
    year, standing = YEARS[season[0]], season[1]
    content = sheets_out.xlsx(workbook.lay_out(year, standing, "63.10", "Tanah Bumbu"))
    grids = dict(sheets_in.read(content, workbook.SHEETS))
    assert lines.about(grids["Petunjuk"]).position == standing.position
    assert all(grid.formulas == () for grid in grids.values())
    groups, amiss = planned(grids, year, standing, standing if knows_when else None)
    assert amiss == ()
    assert [wrong for group in groups for wrong in group.wrongs] == []
    assert [step for group in groups for step in group.steps] == []


@settings(max_examples=examples(60), deadline=None)
@given(seasons())
def test_a_season_moves_to_an_empty_one_as_it_is(season: tuple[int, Standing]) -> None:
    """What a file says, read by a region that has nothing: the same profiles and claims."""
    year, standing = YEARS[season[0]], season[1]
    sheets = workbook.lay_out(year, standing, "63.10", "Tanah Bumbu").sheets
    grids = {
        sheet.name: Grid(rows=(tuple(column.title for column in sheet.columns), *sheet.rows))
        for sheet in sheets
    }
    empty = Standing(agencies=standing.agencies)
    groups, amiss = planned(grids, year, empty, None)
    assert amiss == ()
    claimed = {
        (step.command.innovation, step.command.indicator)
        for group in groups
        if not group.wrongs
        for step in group.steps
        if hasattr(step.command, "indicator")
    }
    wrong = {group.name for group in groups if group.wrongs}
    for name, profile in workbook.reported(standing, ""):
        for code in [code for whose, code in standing.claims if whose == name]:
            if standing.slot(name, code).level and name not in wrong:
                assert (name, code) in claimed
        told = [
            step.command.profile
            for group in groups
            if group.name == name
            for step in group.steps
            if hasattr(step.command, "profile")
        ]
        fields = {item.field for item in year.form.items}
        strange = (profile.pkpn == "dahulu" and "pkpn" in fields) or profile.agency == "lama"
        assert bool(told) != strange
        if told:
            for field in fields & set(Profile.__struct_fields__):
                said, meant = getattr(told[0], field), getattr(profile, field)
                assert said == (cells.plain(meant) if isinstance(meant, str) else meant)


GARBAGE = (
    st.text(max_size=40)
    | st.sampled_from(["2", "0", "tapis", "2 Kesehatan", "31/02/2025", "a" * 64, "1e9", "-", ";;"])
    | st.text("0123456789-/.,;:T ", max_size=12)
)


@settings(max_examples=examples(200), deadline=None)
@given(st.data())
def test_whatever_cells_hold_they_are_only_named(data: st.DataObject) -> None:
    place, standing = data.draw(seasons())
    year = YEARS[place]
    laid = workbook.lay_out(year, standing, "63.10", "Tanah Bumbu").sheets
    grids: dict[str, Grid] = {}
    for sheet in laid[:4]:
        header = [column.title for column in sheet.columns]
        if data.draw(st.booleans()):
            header = data.draw(st.permutations(header))
        rows = data.draw(
            st.lists(st.lists(GARBAGE, max_size=len(header) + 2).map(tuple), max_size=4)
        )
        marked = data.draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30)), max_size=3))
        grids[sheet.name] = Grid(rows=(tuple(header), *rows), formulas=tuple(marked))
    lines.about(grids["Petunjuk"])
    groups, amiss = planned(grids, year, standing, data.draw(st.sampled_from([None, standing])))
    for wrong in [*amiss, *(wrong for group in groups for wrong in group.wrongs)]:
        assert wrong.cell.startswith(f"{wrong.sheet}!")
        assert wrong.reason.count(".") == 1
    for group in groups:
        assert group.wrongs or group.steps or group.unchanged


@given(st.text(max_size=30) | st.text("=+-@;|\t\r\n '\"aB1,.(", max_size=30))
@example("Uji;=HYPERLINK(1)")
@example("Uji\n=1+1")
def test_no_cell_of_a_table_is_run(text: str) -> None:
    """Nor any that begins in its midst where another character parts them."""
    told = sheets_out.harmless(text)
    assert told.replace("'", "") == text.replace("'", "")
    if told[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        assert float(told.replace(",", ".")) is not None
    for cell in re.split(r"[;|\t\r\n]", told)[1:]:
        assert not re.match(r"[\s\"]*([=@]|[+-][A-Za-z(])", cell)


@given(st.integers(0, 20_000), st.integers(0, 18_277))
def test_cells_are_called_as_spreadsheets_call_them(row: int, column: int) -> None:
    name = tables.name_of(row, column)
    letters = name.rstrip("0123456789")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    assert (number - 1, int(name.removeprefix(letters)) - 1) == (column, row)


@given(st.text(max_size=30))
def test_every_reading_of_a_cell_ends_in_a_value_or_a_failure(text: str) -> None:
    for read in (cells.level, cells.figure, cells.day, cells.agency_code, cells.innovation_code):
        with suppress(Failure):
            read(text)
