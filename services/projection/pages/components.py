"""Every part that pages are put together from, on one page: for those who design and test."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from litestar import Request, Response, get
from litestar.types import ControllerRouterHandler

from services.projection.pages.routes import PAGES
from services.projection.wording import words_for
from shared.io.pages import charts
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.parts import (
    Choice,
    Drawing,
    Fact,
    Facts,
    Field,
    Figure,
    Figures,
    Fold,
    Form,
    Link,
    Links,
    Notice,
    Part,
    Prose,
    Section,
    Sheet,
    Table,
)
from shared.io.pages.wording import Words

TONES = ("projection", "sample", "blocked", "sound")
TAGS = {"Sangat Inovatif": "sangat", "Inovatif": "inovatif", "Kurang Inovatif": "kurang"}
LENGTHS = (Decimal("82.5"), Decimal("47.04"), Decimal(12))


def routes() -> Sequence[ControllerRouterHandler]:
    """The one page."""

    @get("/ragam", include_in_schema=False)
    async def show_components(request: Request[Any, Any, Any]) -> Response[bytes]:
        """All parts with values that stand for nothing."""
        words = words_for(request)
        return PAGES.sheet(sheet(words), words, request, public=True)

    return [show_components]


def sheet(words: Words) -> Sheet:
    """The page as parts."""
    return Sheet(
        title=words("parts.title"),
        heading=words("parts.title"),
        lead=words("parts.lead"),
        parts=[
            _section("numbers", [_figures(words), _facts(words)], words),
            _section("tables", [_table(words)], words),
            _section("drawings", [_lines(words)], words),
            _section("forms", [_asking(words), _filling(words)], words),
            _section("words", _told(words), words),
        ],
        notices=[
            Notice(tone=tone, title=words(f"parts.{tone}"), why=words("parts.why"))
            for tone in TONES
        ],
        file="ragam",
    )


def _section(name: str, parts: Sequence[Part], words: Words) -> Section:
    return Section(title=words(f"parts.{name}"), anchor=name, parts=parts)


def _figures(words: Words) -> Figures:
    return Figures(
        figures=[
            Figure(value="47,04", label=words("parts.figure"), note=words("parts.note")),
            Figure(value="+3", label=words("parts.figure"), tone="up", link="#numbers"),
            Figure(value="-1", label=words("parts.figure"), tone="down"),
        ]
    )


def _facts(words: Words) -> Facts:
    return Facts(
        facts=[
            Fact(name=words("parts.fact"), value=words("parts.value"), note=words("parts.note")),
            Fact(name=words("parts.fact"), value="9f86d081884c7d65", exact=True),
        ]
    )


def _table(words: Words) -> Table:
    columns = [
        Column(name="nama", label=words("parts.name")),
        Column(name="nilai", label=words("parts.number"), number=True),
        Column(name="predikat", label=words("parts.tag")),
        Column(name="yandas", label=words("parts.dots")),
    ]
    rows = [
        [
            cell(f"{words('parts.row')} {place + 1}"),
            Cell(text=str(length), value=length, drawing=charts.bar(length, (Decimal(40),))),
            Cell(text=tag, tone=TAGS[tag]),
            Cell(text=f"{place + 3}/6", drawing=charts.dots([dot < place + 3 for dot in range(6)])),
        ]
        for place, (length, tag) in enumerate(zip(LENGTHS, TAGS, strict=True))
    ]
    return Table(
        listing=Listing(
            name="contoh", caption=words("parts.caption"), columns=columns, rows=rows,
            marked=frozenset({1}),
        )
    )  # fmt: skip


def _lines(words: Words) -> Drawing:
    values = {"A": (1, 1, 2), "B": (2, 3, 1), "C": (3, 2, 3)}
    moments = [f"{words('parts.moment')} {place}" for place in (1, 2, 3)]
    return Drawing(
        title=words("parts.lines"),
        svg=charts.lines(
            [
                charts.Series(name=name, values=places, strong=name == "B")
                for name, places in values.items()
            ],
            moments,
            [charts.Mark(at=1, label=words("parts.mark"))],
            most=3,
        ),
        note=words("parts.note"),
        listing=Listing(
            name="garis",
            caption=words("parts.lines"),
            columns=[
                Column(name="nama", label=words("parts.name")),
                *(
                    Column(name=f"m{place}", label=moment, number=True)
                    for place, moment in enumerate(moments)
                ),
            ],
            rows=[
                [cell(name), *(cell(place, place) for place in places)]
                for name, places in values.items()
            ],
        ),
    )


def _asking(words: Words) -> Form:
    choices = [Choice(value=str(each), label=str(each)) for each in (2026, 2027)]
    return Form(
        method="get",
        action="/ragam",
        wide=True,
        button=words("form.show"),
        label=words("parts.asking"),
        fields=[
            Field(name="tahun", label=words("parts.choice"), type="select", choices=choices),
            Field(name="tanggal", label=words("parts.date"), type="date", hint=words("parts.hint")),
        ],
    )


def _filling(words: Words) -> Form:
    choices = [
        Choice(value=str(level), label=f"{words('parts.choice')} {level}", note=words("parts.note"))
        for level in (1, 2, 3)
    ]
    return Form(
        method="get",
        action="/ragam",
        button=words("parts.keep"),
        label=words("parts.filling"),
        fields=[
            Field(name="teks", label=words("parts.text"), error=words("parts.wrong")),
            Field(name="panjang", label=words("parts.long"), type="textarea"),
            Field(name="pilih", label=words("parts.choice"), type="radio", choices=choices),
        ],
    )


def _told(words: Words) -> Sequence[Part]:
    return [
        Prose(text=words("parts.lead")),
        Links(links=[Link(label=words("site.rankings"), address="/", note=words("parts.note"))]),
        Fold(title=words("parts.fold"), parts=[Prose(text=words("parts.why"), quiet=True)]),
    ]
