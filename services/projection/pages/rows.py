"""The rows of the ranking page, each cell in words."""

from datetime import datetime
from decimal import Decimal

from markupsafe import Markup
from msgspec import Struct

from services.projection.views import CutView, MovementView, RankingView, RowView
from shared.io.pages import charts
from shared.io.pages.wording import Words
from shared.kernel import clocks, figures

# The four legal categories as the style sheet knows them.
TONES = {
    "Sangat Inovatif": "sangat",
    "Inovatif": "inovatif",
    "Kurang Inovatif": "kurang",
    "Tidak Dapat Dinilai": "tidak",
}


# The first year of the scale of 0 to 100; earlier indexes are open sums and get no bar.
SCALED_FROM = 2021
# Basic services (yandas) are six affairs by law (UU 23/2014, art. 12).
AFFAIRS = 6


class Row(Struct, frozen=True, kw_only=True):
    """One line of the table; an empty text leaves its part of the cell out."""

    rank: str
    direction: str
    movement: str
    region: str
    name: str
    sheet: str
    origin: str
    why: str
    places: int
    score: str
    bar: str
    predikat: str
    tone: str
    innovations: str
    affairs: str
    dots: Markup | None
    agencies: str
    target: str
    target_gap: str
    decree: str
    source: str
    source_link: str
    event: str
    heard: str
    moment: str
    moment_iso: str
    stopped: str
    reported: bool
    stated: bool
    incomplete: bool
    sample: bool
    highlighted: bool


class Lines:
    """Makes lines of rows: in one zone, one language, one number of decimals."""

    def __init__(
        self, view: RankingView, places: int, highlight: str, words: Words, query: str
    ) -> None:
        year = view.season.year
        self._zone = view.province.time_zone
        self._year, self._query = year, query
        self._places = places
        self._highlight = highlight
        self._words = words
        self._scaled = year >= SCALED_FROM

    def row(self, shown: RowView) -> Row:
        """One line."""
        words, language = self._words, self._words.language
        direction, movement = self._movement(shown.movement, placed=shown.rank is not None)
        score = Decimal(shown.score) if shown.score is not None else None
        return Row(
            rank="" if shown.rank is None else f"{'=' if shown.tied else ''}{shown.rank}",
            direction=direction,
            movement=movement,
            region=shown.region,
            name=shown.name,
            sheet=self._leads(shown.region),
            origin=self._leads(shown.region, "/asal-angka"),
            why=self._leads(shown.region, "", "#mengapa"),
            places=shown.movement.places or 0,
            score="" if score is None else figures.points(score, self._places, language),
            bar=_bar(score) if self._scaled and score is not None else "",
            predikat=shown.predikat,
            tone=TONES.get(shown.predikat, "lain"),
            innovations=self._count(shown.innovations),
            affairs="" if shown.affairs is None else words("row.of_six", count=shown.affairs),
            dots=_dots(shown.affairs),
            agencies=self._agencies(shown),
            target=self._points(shown.target),
            target_gap=self._gap(shown.target_gap),
            decree=shown.decree,
            source=shown.source,
            source_link=shown.source if shown.source.startswith(("https://", "http://")) else "",
            event=words("row.event", seq=self._count(shown.cut.intake_seq))
            if shown.reported
            else "",
            heard=self._heard(shown.cut) if shown.reported else "",
            moment=self._moment(shown.happened_at),
            moment_iso="" if shown.happened_at is None else shown.happened_at.isoformat(),
            stopped=self._stopped(shown.cut.stopped_at) if shown.blocked else "",
            reported=shown.reported,
            stated=shown.stated,
            incomplete=not shown.complete,
            sample=shown.sample,
            highlighted=shown.region == self._highlight,
        )

    def _leads(self, region: str, view: str = "", anchor: str = "") -> str:
        return f"/daerah/{region}/{self._year}{view}{self._query}{anchor}"

    def _agencies(self, shown: RowView) -> str:
        if shown.agencies is None:
            return ""
        told = self._count(shown.agencies)
        return f"{told}/{self._count(shown.agencies_total)}" if shown.agencies_total else told

    def _points(self, value: str | None) -> str:
        if value is None:
            return ""
        return figures.points(Decimal(value), self._places, self._words.language)

    def _gap(self, value: str | None) -> str:
        """The distance to the plan's target, always with its sign."""
        if value is None:
            return ""
        sign = "+" if Decimal(value) > 0 else ""
        return sign + self._points(value).replace("-", "\N{MINUS SIGN}")

    def _movement(self, moved: MovementView, *, placed: bool) -> tuple[str, str]:
        places = moved.places
        if not placed:
            return "none", ""
        if places is None:
            return "new", self._words("row.new")
        direction = "same" if places == 0 else "up" if places > 0 else "down"
        return direction, self._words(f"row.{direction}", places=abs(places))

    def _stopped(self, stopped_at: int | None) -> str:
        if stopped_at is None:
            return self._words("row.stopped")
        return self._words("row.stopped_at", seq=self._count(stopped_at))

    def _heard(self, cut: CutView) -> str:
        if cut.heard_seq <= cut.intake_seq:
            return ""
        return self._words("row.heard", seq=self._count(cut.heard_seq))

    def _moment(self, happened_at: datetime | None) -> str:
        if happened_at is None:
            return ""
        to_the_minute = happened_at.replace(second=0)
        day = clocks.short_day(to_the_minute, self._zone, self._words.language)
        return f"{day} {clocks.hour(to_the_minute, self._zone, self._words.language)}"

    def _count(self, value: int | None) -> str:
        return "" if value is None else figures.count(value, self._words.language)


def _dots(affairs: int | None) -> Markup | None:
    """A dot for each of the six basic-service affairs."""
    if affairs is None:
        return None
    return charts.dots([place < affairs for place in range(AFFAIRS)])


def _bar(score: Decimal) -> str:
    """The bar's length on the axis of 0 to 100, as SVG wants it."""
    return figures.plain(max(Decimal(0), min(score, Decimal(100))))
