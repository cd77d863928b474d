"""The rows of the ranking page, each cell in words."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from services.projection.views import CutView, MovementView, RowView
from shared.io.pages.wording import Words
from shared.kernel import clocks, figures

# The four legal categories as the style sheet knows them.
TONES = {
    "Sangat Inovatif": "sangat",
    "Inovatif": "inovatif",
    "Kurang Inovatif": "kurang",
    "Tidak Dapat Dinilai": "tidak",
}


class Row(Struct, frozen=True, kw_only=True):
    """One line of the table; an empty text leaves its part of the cell out."""

    rank: str
    direction: str
    movement: str
    region: str
    name: str
    score: str
    bar: str
    predikat: str
    tone: str
    innovations: str
    affairs: str
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
        self, zone: str, places: int, highlight: str, words: Words, *, scaled: bool
    ) -> None:
        self._zone = zone
        self._places = places
        self._highlight = highlight
        self._words = words
        self._scaled = scaled

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
            score="" if score is None else figures.points(score, self._places, language),
            bar=_bar(score) if self._scaled and score is not None else "",
            predikat=shown.predikat,
            tone=TONES.get(shown.predikat, "lain"),
            innovations=self._count(shown.innovations),
            affairs="" if shown.affairs is None else words("row.of_six", count=shown.affairs),
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


def _bar(score: Decimal) -> str:
    """The bar's length on the axis of 0 to 100, as SVG wants it."""
    return figures.plain(max(Decimal(0), min(score, Decimal(100))))
