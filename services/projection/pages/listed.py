"""The ranking as a table of plain cells: to sort, and to hand out as a file."""

from collections.abc import Sequence
from decimal import Decimal

from services.projection.pages.rows import Row
from services.projection.views import RankingView, RowView
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.wording import Words

# Columns by their names, which files keep in either language, and whether they hold numbers.
COLUMNS = {
    "peringkat": ("rank", True),
    "perubahan": ("movement", True),
    "kode": ("code", False),
    "daerah": ("region", False),
    "nilai": ("score", True),
    "predikat": ("predikat", False),
    "inovasi": ("innovations", True),
    "yandas": ("affairs", True),
    "pd_melapor": ("agencies", True),
    "pd": ("agencies_total", True),
    "target": ("target", True),
    "selisih_target": ("target_gap", True),
    "peristiwa": ("facts", True),
    "terjadi": ("happened", False),
    "keputusan": ("decree", False),
    "sumber": ("source", False),
}


def listing(view: RankingView, rows: Sequence[Row], caption: str, words: Words) -> Listing:
    """Every region in the order of the page."""
    return Listing(
        name="peringkat",
        caption=caption,
        columns=[
            Column(name=name, label=words(f"column.{word}"), number=number)
            for name, (word, number) in COLUMNS.items()
        ],
        rows=[_row(each, shown) for each, shown in zip(view.rows, rows, strict=True)],
        head=3,
    )


def _row(each: RowView, shown: Row) -> Sequence[Cell]:
    return [
        cell(shown.rank, each.rank),
        cell(shown.movement, each.movement.places),
        cell(each.region),
        cell(each.name),
        _points(shown.score, each.score),
        cell(each.predikat),
        _count(each.innovations),
        _count(each.affairs),
        _count(each.agencies),
        _count(each.agencies_total),
        _points(shown.target, each.target),
        _points(shown.target_gap, each.target_gap),
        cell(each.cut.intake_seq, each.cut.intake_seq),
        cell(shown.moment, each.happened_at.isoformat() if each.happened_at else None),
        cell(each.decree),
        cell(each.source),
    ]


def _count(value: int | None) -> Cell:
    return cell("" if value is None else value, value)


def _points(text: str, value: str | None) -> Cell:
    return cell(text, None if value is None else Decimal(value))
