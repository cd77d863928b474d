"""Small drawings for cells and lines over time, as SVG: never the only place where a value stands.

Colours come from the style sheet by class, for a page may not style itself.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from markupsafe import Markup
from msgspec import Struct

# The axis of an index and of every share.
FULL = Decimal(100)
THICK = 6
DOT = 10
# A chart over time: its own units, which the page scales.
WIDTH, HEIGHT = 760, 26
LEFT, RIGHT, TOP, BOTTOM = 40, 230, 24, 34


class Series(Struct, frozen=True, kw_only=True):
    """One line: `values` are as many as there are moments, None where there is nothing to draw."""

    name: str
    values: Sequence[Decimal | int | None]
    strong: bool = False


class Mark(Struct, frozen=True, kw_only=True):
    """Something that took place at a moment, told beside the chart too."""

    at: int
    label: str


def bar(
    value: Decimal,
    floors: Sequence[Decimal] = (),
    span: tuple[Decimal, Decimal] | None = None,
    most: Decimal = FULL,
) -> Markup:
    """A length on the axis of 0 to `most`, with the bands' floors and, lighter, a range."""
    width = _share(value, most)
    drawn = Markup('<rect class="track" width="100" height="6"/>')
    drawn += Markup('<rect class="fill" width="{}" height="6"/>').format(_plain(width))
    if span is not None:
        low, high = (_share(each, most) for each in span)
        drawn += Markup('<rect class="range" x="{}" y="1.500" width="{}" height="3"/>').format(
            _plain(low), _plain(max(high - low, Decimal(1)))
        )
    for floor in floors:
        drawn += Markup('<path class="floor" d="M{} 0V6"/>').format(_plain(_share(floor, most)))
    return _drawing("bar", 100, THICK, drawn)


def step(
    start: Decimal, end: Decimal, most: Decimal = FULL, marks: Sequence[Decimal] = ()
) -> Markup:
    """From one value to another on a common axis: a row of a waterfall."""
    one, other = sorted((_share(start, most), _share(end, most)))
    tone = "same" if start == end else "rise" if end > start else "drop"
    drawn = Markup('<rect class="track" width="100" height="6"/>')
    drawn += Markup('<rect class="{}" x="{}" width="{}" height="6"/>').format(
        tone, _plain(one), _plain(max(other - one, Decimal("0.6")))
    )
    for mark in marks:
        drawn += Markup('<path class="floor" d="M{} 0V6"/>').format(_plain(_share(mark, most)))
    return _drawing("bar", 100, THICK, drawn)


def stacked(values: Sequence[Decimal], most: Decimal = FULL) -> Markup:
    """Lengths one after the other; the style sheet has four shades."""
    drawn, x = Markup('<rect class="track" width="100" height="6"/>'), Decimal(0)
    for place, value in enumerate(values):
        width = _share(value, most)
        drawn += Markup('<rect class="shade{}" x="{}" width="{}" height="6"/>').format(
            place + 1, _plain(x), _plain(width)
        )
        x += width
    return _drawing("bar", 100, THICK, drawn)


def dots(filled: Sequence[bool]) -> Markup:
    """A dot for each of a few things: full where it is there."""
    drawn = Markup("")
    for place, full in enumerate(filled):
        drawn += Markup('<circle class="{}" cx="{}" cy="5" r="3.500"/>').format(
            "full" if full else "hollow", place * DOT + DOT // 2
        )
    return _drawing("dots", DOT * len(filled), DOT, drawn)


def lines(
    series: Sequence[Series], moments: Sequence[str], marks: Sequence[Mark] = (), *, most: int
) -> Markup:
    """Places over time: 1 on top, `most` at the bottom; each line is named at its end."""
    height = TOP + HEIGHT * max(1, most - 1) + BOTTOM
    across = WIDTH - LEFT - RIGHT

    def x(at: int) -> int:
        return LEFT + (across * at // max(1, len(moments) - 1))

    def y(value: Decimal | int) -> Decimal:
        return TOP + (Decimal(value) - 1) * HEIGHT

    drawn = Markup("")
    for mark in marks:
        drawn += Markup(
            '<path class="when" d="M{0} {1}V{2}"/><text class="said" x="{0}" y="12" '
            'text-anchor="middle">{3}</text>'
        ).format(x(mark.at), TOP - 6, height - BOTTOM + 8, mark.label)
    for place in range(1, most + 1):
        drawn += Markup('<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>').format(
            LEFT - 14, y(place) + 4, place
        )
    for at, moment in enumerate(moments):
        if at in {0, len(moments) - 1} or len(moments) <= 6:  # noqa: PLR2004 - what fits below
            drawn += Markup('<text class="axis" x="{}" y="{}" text-anchor="{}">{}</text>').format(
                x(at),
                height - 6,
                "start" if at == 0 else "middle",
                moment,
            )
    for one in sorted(series, key=lambda each: each.strong):
        drawn += _line(one, [(x(at), value) for at, value in enumerate(one.values)], y)
    return _drawing("lines", WIDTH, height, drawn)


def _line(
    one: Series,
    points: Sequence[tuple[int, Decimal | int | None]],
    place: Callable[[Decimal | int], Decimal],
) -> Markup:
    path, pen = "", "M"
    for across, value in points:
        if value is None:
            pen = "M"
            continue
        path += f"{pen}{across} {place(value)}"
        pen = "L"
    known = [(across, value) for across, value in points if value is not None]
    if not known:
        return Markup("")
    strong = " strong" if one.strong else ""
    last, value = known[-1]
    name = Markup('<text class="name{}" x="{}" y="{}">{}</text>').format(
        strong, last + 12, place(value) + 4, one.name
    )
    return (
        Markup('<path class="line{}" d="{}"/>').format(strong, path)
        + Markup('<circle class="end{}" cx="{}" cy="{}" r="4"/>').format(strong, last, place(value))
        + name
    )


def _drawing(kind: str, width: int, height: int, drawn: Markup) -> Markup:
    scale = Markup(' preserveAspectRatio="none"') if kind == "bar" else Markup("")
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}"{} aria-hidden="true" focusable="false">{}</svg>'
    ).format(kind, width, height, scale, drawn)


def _share(value: Decimal, most: Decimal) -> Decimal:
    """A length of 100, never outside the axis."""
    return max(Decimal(0), min(FULL, value * FULL / most)) if most else Decimal(0)


def _plain(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')):f}"
