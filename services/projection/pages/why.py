"""Why a score is less than was claimed, and why a place is another than it was."""

from collections.abc import Sequence
from decimal import Decimal

from services.projection.comparing import Moved
from services.projection.core.attribution.attribution import Part as Moving
from services.projection.core.waterfall import Step, Waterfall
from services.projection.pages.made_of import points, rounded
from shared.io.pages import charts
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.parts import Part, Prose, Section, Table
from shared.io.pages.wording import Words

# More facts than this are counted, not linked.
FACTS_SHOWN = 3


def gap(fall: Waterfall, words: Words) -> Section:
    """From the claimed to the verified score, a row for each cause that changes anything."""
    claimed, verified = fall.claimed.index, fall.verified.index
    at, rows = claimed, [_level("claimed_row", claimed, words)]
    for step in fall.steps:
        if step.change.exact:
            then = at + step.change.shown
            rows.append(_fallen(step, at, then, words))
            at = then
    if fall.rounding.exact:
        rows.append(_change(words("daerah.rounding"), fall.rounding.shown, at, verified, "", words))
    rows.append(_level("verified_row", verified, words))
    return Section(
        title=words("daerah.gap_title"),
        anchor="selisih",
        lead=words(
            "daerah.gap_lead", claimed=points(claimed, words), verified=points(verified, words)
        ),
        parts=[
            Table(
                listing=Listing(
                    name="selisih",
                    caption=words("daerah.gap_title"),
                    quiet_caption=True,
                    columns=[
                        Column(name="sebab", label=words("daerah.cause")),
                        Column(name="poin", label=words("daerah.change"), number=True),
                        Column(name="menjadi", label=words("daerah.after")),
                        Column(name="klaim", label=words("daerah.items"), number=True),
                    ],
                    rows=rows,
                ),
                sortable=False,
            )
        ],
    )


def _level(word: str, index: Decimal, words: Words) -> Sequence[Cell]:
    drawn = charts.bar(index)
    text = points(index, words)
    return [
        cell(words(f"daerah.{word}")),
        cell(),
        Cell(text=text, value=index, drawing=drawn),
        cell(),
    ]


def _fallen(step: Step, at: Decimal, then: Decimal, words: Words) -> Sequence[Cell]:
    count = str(len(step.items)) if step.items else ""
    return _change(words(f"cause.{step.cause}"), step.change.shown, at, then, count, words)


def _change(
    name: str, change: Decimal, at: Decimal, then: Decimal, count: str, words: Words
) -> Sequence[Cell]:
    return [
        cell(name),
        Cell(text=_signed(change, words), value=rounded(change)),
        Cell(text=points(rounded(then), words), value=rounded(then), drawing=charts.step(at, then)),
        cell(count, int(count) if count else None),
    ]


def movement(moved: Moved | None, words: Words) -> Section:
    """The sentence, and each cause with its points and places."""
    parts: list[Part] = []
    if moved is None:
        parts.append(Prose(text=words("mengapa.unknown")))
    else:
        sentence = moved.sentence
        told = sentence.english if words.language == "en" else sentence.indonesian
        parts.append(Prose(text=told))
        shown = [part for part in moved.movement.parts if part.facts or part.change.exact]
        if shown:
            parts.append(_causes(shown, moved.region.code, words))
    return Section(title=words("daerah.why"), anchor="mengapa", parts=parts)


def _causes(shown: Sequence[Moving], region: str, words: Words) -> Table:
    return Table(
        listing=Listing(
            name="sebab",
            caption=words("daerah.why"),
            quiet_caption=True,
            columns=[
                Column(name="sebab", label=words("daerah.cause")),
                Column(name="poin", label=words("daerah.change"), number=True),
                Column(name="peringkat", label=words("daerah.places"), number=True),
                Column(name="peristiwa", label=words("daerah.facts"), number=True),
                Column(name="terakhir", label=words("mengapa.last")),
            ],
            rows=[
                [
                    cell(words(f"cause.{part.cause}")),
                    Cell(text=_signed(part.change.shown, words), value=rounded(part.change.shown)),
                    Cell(text=f"{part.places:+d}" if part.places else "0", value=part.places),
                    cell(str(part.facts), part.facts),
                    _last(part, region, words),
                ]
                for part in shown
            ],
        ),
        sortable=False,
    )


def _last(part: Moving, region: str, words: Words) -> Cell:
    """The way to the newest fact of a cause; other regions' facts are not among its own."""
    if not part.seqs or part.cause == "neighbours":
        return cell()
    seq = max(part.seqs)
    return Cell(
        text=words("mengapa.fact", seq=seq), value=seq, link=f"/tanda-terima/{region}/{seq}"
    )


def _signed(change: Decimal, words: Words) -> str:
    shown = rounded(change)
    return f"+{points(shown, words)}" if shown > 0 else points(shown, words)
