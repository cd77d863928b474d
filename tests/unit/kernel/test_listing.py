"""Tables of pages: their order, and what they are as files."""

import csv as reading
import io
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from litestar.testing import RequestFactory
from markupsafe import Markup

from shared.io.pages import asking, handing_out
from shared.io.pages.asking import Asked
from shared.io.pages.listing import Cell, Column, Listing, cell, reordered
from shared.io.pages.parts import Drawing, Fold, Prose, Section, Sheet, Table
from shared.io.sheets_in import read
from shared.kernel.errors import Refused

FILE = Listing(
    name="daerah",
    caption="Daerah",
    columns=[
        Column(name="nama", label="Nama"),
        Column(name="nilai", label="Nilai Indeks", number=True),
    ],
    rows=[
        [cell("Tapin"), Cell(text="9,5", value=Decimal("9.5"))],
        [cell("=Balangan"), Cell(text="47,04", value=Decimal("47.04"))],
        [cell("Kotabaru"), cell()],
        [cell("banjar"), Cell(text="1.462", value=1462)],
    ],
    marked=frozenset({1}),
)


def names(listing: Listing) -> list[str]:
    return [row[0].text for row in listing.rows]


def asked(query: str) -> Asked:
    return asking.of(RequestFactory().get("/daerah", query_params=dict(parse_qsl(query))))


def test_numbers_are_ordered_as_numbers_and_what_is_empty_comes_last() -> None:
    rising = reordered(FILE, "nilai", falling=False)
    assert names(rising) == ["Tapin", "=Balangan", "banjar", "Kotabaru"]
    falling = reordered(FILE, "nilai", falling=True)
    assert names(falling) == ["banjar", "=Balangan", "Tapin", "Kotabaru"]
    assert (falling.sorted_by, falling.falling) == ("nilai", True)


def test_words_are_ordered_whatever_their_case_and_the_mark_goes_along() -> None:
    by_name = reordered(FILE, "nama", falling=False)
    assert names(by_name) == ["=Balangan", "banjar", "Kotabaru", "Tapin"]
    assert by_name.marked == {0}


def test_an_unknown_column_changes_nothing() -> None:
    assert reordered(FILE, "x", falling=False) is FILE


def test_the_address_says_the_order_and_turns_it() -> None:
    first = asked("per=2025-02-10&bahasa=en")
    link = first.by_column(FILE, "nilai")
    assert link == ("/daerah?per=2025-02-10&bahasa=en&tabel=daerah&urut=nilai#tabel-daerah")
    risen = asked(link.partition("?")[2].partition("#")[0])
    shown = risen.ordered(FILE)
    assert names(shown)[0] == "Tapin"
    turned = risen.by_column(shown, "nilai")
    assert "arah=turun" in turned
    assert "arah" not in asked(turned.partition("?")[2].partition("#")[0]).by_column(
        reordered(FILE, "nilai", falling=True), "nilai"
    )


def test_another_table_is_left_as_it_is() -> None:
    assert asked("tabel=lain&urut=nilai").ordered(FILE) is FILE


def test_what_cannot_be_handed_out_is_refused() -> None:
    with pytest.raises(Refused, match=r"page\.unknown_format"):
        _ = asked("bentuk=exe").format
    with pytest.raises(Refused, match=r"page\.unknown_table"):
        asked("tabel=lain").named([FILE])
    with pytest.raises(Refused, match=r"page\.unknown_table"):
        asked("").named([])


def test_csv_has_names_for_programs_and_runs_nothing() -> None:
    raw = handing_out.csv(FILE).decode("utf-8-sig")
    rows = list(reading.reader(io.StringIO(raw)))
    assert rows[0] == ["nama", "nilai"]
    assert rows[1] == ["Tapin", "9.5"]
    assert rows[2] == ["'=Balangan", "47.04"]
    assert rows[4] == ["banjar", "1462"]


def test_a_workbook_holds_numbers_as_numbers_and_text_as_text() -> None:
    grids = read(handing_out.xlsx("Daerah", [FILE]), ["daerah"])
    grid = grids["daerah"]
    assert [grid.cell(0, place) for place in (0, 1)] == ["Nama", "Nilai Indeks"]
    assert [grid.cell(2, place) for place in (0, 1)] == ["=Balangan", "47.04"]
    assert not grid.formulas


def test_every_table_of_a_page_is_found_wherever_it_stands() -> None:
    def named(name: str) -> Listing:
        return Listing(name=name, caption=name, columns=[], rows=[])

    sheet = Sheet(
        title="",
        heading="",
        parts=[
            Prose(text="x"),
            Table(listing=named("a")),
            Section(
                title="",
                anchor="s",
                parts=[
                    Drawing(title="", svg=Markup(""), listing=named("b")),
                    Drawing(title="", svg=Markup("")),
                    Fold(title="", parts=[Table(listing=named("c"))]),
                ],
            ),
        ],
    )
    assert [listing.name for listing in sheet.listings()] == ["a", "b", "c"]
