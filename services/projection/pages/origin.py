"""Where each point of a region's index comes from: row, level, weight, rule, files and facts."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct
from msgspec.structs import replace

from services.projection.analysis import PASSED_OVER, Asked, Season
from services.projection.answering import Answering
from services.projection.core.explanation import Explanation, Line
from services.projection.pages import frame
from services.projection.pages.made_of import points, rounded
from services.projection.pages.regional import COMPUTED
from services.projection.pages.routes import PAGES
from services.projection.wording import words_for
from shared.io.pages import charts
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.parts import Fold, Part, Prose, Section, Sheet, Table
from shared.io.pages.wording import Words
from shared.kernel.errors import Missing
from shared.kernel.regions import Region

# More lines than this are there for whoever unfolds them.
UNFOLDED_MAX = 60
GROUPS = {"spd": "region", "sid": "innovation", "number": "count"}


class Told(Struct, frozen=True, kw_only=True):
    """A score taken apart, beside the middle of the province row by row."""

    season: Season
    province: Region
    explanation: Explanation
    medians: Mapping[str, Fraction]
    query: str


def routes(of: Answering) -> Sequence[ControllerRouterHandler]:
    """The one page."""

    @get("/daerah/{region:str}/{year:str}/asal-angka", include_in_schema=False)
    async def show_origin(
        request: Request[Any, Any, Any], region: FromPath[str], year: FromPath[str]
    ) -> Response[bytes]:
        """Every point of a region's index."""
        words, chosen = words_for(request), frame.chosen(request)
        asked = Asked(
            region=region,
            year=frame.year_of(year),
            as_of=chosen.as_of,
            clock=chosen.clock,
            rules=chosen.rules,
            stage=chosen.stage if chosen.stage in COMPUTED else "",
        )
        season, explanation = await of.analyst.explanation(asked)
        told = Told(
            season=season,
            province=of.reader.register.by_code[season.region.province or region],
            explanation=explanation,
            medians=await _medians(of, season.region, asked),
            query=frame.kept(request),
        )
        return PAGES.sheet(sheet(told, words), words, request, public=True)

    return [show_origin]


async def _medians(of: Answering, region: Region, asked: Asked) -> Mapping[str, Fraction]:
    """By row, the middle of what it brings the regions of the province; nothing counts as 0."""
    found: dict[str, list[Fraction]] = defaultdict(list)
    neighbours = of.reader.neighbours(region.code)
    for each in neighbours:
        try:
            _, told = await of.analyst.explanation(replace(asked, region=each.code))
        except Missing as missing:
            if missing.reason not in PASSED_OVER:
                raise
            continue
        for row, share in by_row(told.lines).items():
            found[row].append(share)
    silent = len(neighbours)
    return {
        row: statistics.median([*shares, *[Fraction(0)] * (silent - len(shares))])
        for row, shares in found.items()
    }


def by_row(lines: Sequence[Line]) -> Mapping[str, Fraction]:
    """What each row brings over all innovations, in index points."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for line in lines:
        found[line.indicator or line.part] += line.share.exact
    return found


def sheet(told: Told, words: Words) -> Sheet:
    """The page."""
    season, explanation = told.season, told.explanation
    region, year = season.region, season.year
    title = words("asal.title", name=region.name, year=year)
    sections = [
        Section(
            title=words("asal.by_row"),
            anchor="indikator",
            parts=[Table(listing=_rows(told, words))],
        ),
        *(
            Section(
                title=words(f"asal.{word}"),
                anchor=part,
                parts=_told_lines(part, lines, told, words),
            )
            for part, word in GROUPS.items()
            if (lines := [line for line in explanation.lines if line.part == part])
        ),
    ]
    if explanation.refused:
        sections.append(_refused(told, words))
    return Sheet(
        title=title,
        heading=title,
        headline=words(
            "asal.headline",
            index=points(explanation.score.index, words),
            lines=len(explanation.lines),
            rounding=points(explanation.rounding.shown, words),
        ),
        lead=words("asal.lead"),
        crumbs=[
            frame.home(words),
            frame.ranking(told.province, year, words, told.query),
            frame.region(region, year, words, told.query),
        ],
        tabs=frame.region_tabs(region.code, year, "origin", told.query, words),
        notices=[frame.projection(words)],
        stamp=frame.stamp(season, season.dossier.last_seq, words),
        parts=sections,
        file=f"asal-angka-{region.code}-{year}",
    )


def _told_lines(part: str, lines: Sequence[Line], told: Told, words: Words) -> Sequence[Part]:
    """The lines of a part; more than a screenful waits to be unfolded."""
    table = Table(listing=_lines(part, lines, told, words))
    if len(lines) <= UNFOLDED_MAX:
        return [table]
    return [Fold(title=words("asal.all", count=len(lines)), parts=[table])]


def _rows(told: Told, words: Words) -> Listing:
    """Every row of the rules, also those that bring nothing, beside the province's middle."""
    own = by_row(told.explanation.lines)
    named = {row.code: row.nama for row in told.season.rules.rows}
    most = Decimal(1) + max(
        (rounded(_decimal(one)) for one in (*own.values(), *told.medians.values())),
        default=Decimal(0),
    )
    return Listing(
        name="indikator",
        caption=words("asal.by_row"),
        quiet_caption=True,
        columns=[
            Column(name="kode", label=words("column.code")),
            Column(name="indikator", label=words("asal.indicator")),
            Column(name="poin", label=words("asal.share"), number=True),
            Column(name="median", label=words("asal.median"), number=True),
        ],
        rows=[
            [
                cell(code),
                cell(name),
                _share(own.get(code, Fraction(0)), told.medians.get(code), most, words),
                _plain(told.medians.get(code, Fraction(0)), words),
            ]
            for code, name in named.items()
        ],
        head=1,
    )


def _share(own: Fraction, median: Fraction | None, most: Decimal, words: Words) -> Cell:
    value = rounded(_decimal(own))
    marks = () if median is None else (_decimal(median),)
    return Cell(text=points(value, words), value=value, drawing=charts.bar(value, marks, most=most))


def _plain(share: Fraction, words: Words) -> Cell:
    value = rounded(_decimal(share))
    return Cell(text=points(value, words), value=value)


def _decimal(share: Fraction) -> Decimal:
    return Decimal(share.numerator) / Decimal(share.denominator)


def _lines(part: str, lines: Sequence[Line], told: Told, words: Words) -> Listing:
    return Listing(
        name=f"bagian-{part}",
        caption=words(f"asal.{GROUPS[part]}"),
        quiet_caption=True,
        columns=[
            Column(name="inovasi", label=words("asal.of")),
            Column(name="indikator", label=words("asal.indicator")),
            Column(name="parameter", label=words("asal.level"), number=True),
            Column(name="bobot", label=words("asal.weight"), number=True),
            Column(name="skor", label=words("asal.points"), number=True),
            Column(name="poin", label=words("asal.share"), number=True),
            Column(name="bukti", label=words("asal.evidence")),
            Column(name="peristiwa", label=words("asal.facts")),
            Column(name="dasar", label=words("asal.rule")),
        ],
        rows=[_line(line, told.season.region.code, words) for line in lines],
        head=1,
    )


def _line(line: Line, region: str, words: Words) -> Sequence[Cell]:
    newest = max(line.seqs, default=0)
    basis = " ".join(each for each in (line.article, *line.sources) if each)
    return [
        cell(line.innovation_name or line.innovation),
        Cell(text=line.nama or words("asal.count"), note=line.indicator),
        cell(str(line.level) if line.indicator else "", line.level if line.indicator else None),
        Cell(text=points(line.weight, words), value=line.weight),
        Cell(text=points(line.points, words), value=line.points),
        Cell(text=_six(line.share.shown, words), value=line.share.shown),
        Cell(
            text=words("asal.files", count=len(line.evidence)) if line.evidence else "",
            note=", ".join(each[:12] for each in line.evidence),
        ),
        Cell(
            text=words("mengapa.fact", seq=newest) if newest else "",
            value=newest or None,
            link=f"/tanda-terima/{region}/{newest}" if newest else "",
            note=", ".join(str(seq) for seq in sorted(line.seqs)[:-1]),
        ),
        Cell(text=basis, note=words(f"certainty.{line.certainty}") if line.certainty else ""),
    ]


def _six(share: Decimal, words: Words) -> str:
    text = f"{share:f}".replace("-", "\N{MINUS SIGN}")
    return text if words.language == "en" else text.replace(".", ",")


def _refused(told: Told, words: Words) -> Section:
    """Innovations that are reported and worth nothing, each with the reasons."""
    lines = [
        f"{one.innovation_name or one.innovation}: {', '.join(one.reasons)}"
        for one in told.explanation.refused
    ]
    return Section(
        title=words("asal.refused"), anchor="ditolak", parts=[Prose(text=line) for line in lines]
    )
