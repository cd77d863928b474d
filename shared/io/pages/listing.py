"""Tables as values: what a page shows, and what the same rows are when they are handed out."""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

Value = Decimal | int | str | None


class Cell(Struct, frozen=True, kw_only=True):
    """One cell: `text` is read, `value` is sorted by and handed out (the text where there is none).

    `tone` is the style sheet's word for a tag, `note` a quieter second line, `drawing` what stands
    beside the text and says nothing that the text does not.
    """

    text: str
    value: Value = None
    link: str = ""
    tone: str = ""
    note: str = ""
    drawing: Markup | None = None

    @property
    def told(self) -> str:
        """For machines and spreadsheets: numbers with a point and no thousands."""
        if self.value is None:
            return self.text
        return f"{self.value:f}" if isinstance(self.value, Decimal) else str(self.value)


class Column(Struct, frozen=True, kw_only=True):
    """One column; its `name` stands in addresses and never changes with the language."""

    name: str
    label: str
    number: bool = False


class Listing(Struct, frozen=True, kw_only=True):
    """A table; the column `head` names each row. Rows are as many cells as there are columns.

    `marked` are the places of rows to be found at a glance; `empty` is said where there is no row.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    head: int = 0
    marked: frozenset[int] = frozenset()
    empty: str = ""
    sorted_by: str = ""
    falling: bool = False
    quiet_caption: bool = False
    stacked: bool = False


def cell(text: object = "", value: Value = None) -> Cell:
    """A cell that is nothing but its text."""
    return Cell(text=str(text), value=value)


def reordered(listing: Listing, name: str, *, falling: bool) -> Listing:
    """The rows by one column; what is empty stays last, equals stay in the order they had."""
    places = [place for place, column in enumerate(listing.columns) if column.name == name]
    if not places:
        return listing
    at = places[0]
    filled = [place for place, row in enumerate(listing.rows) if row[at].told]
    empty = [place for place, row in enumerate(listing.rows) if not row[at].told]
    filled.sort(key=lambda place: _key(listing.rows[place][at]), reverse=falling)
    order = [*filled, *empty]
    return replace(
        listing,
        rows=[listing.rows[place] for place in order],
        marked=frozenset(new for new, old in enumerate(order) if old in listing.marked),
        sorted_by=name,
        falling=falling,
    )


def _key(shown: Cell) -> tuple[int, Decimal, str]:
    """Numbers before words, each among their own."""
    if isinstance(shown.value, Decimal | int):
        return 0, Decimal(shown.value), ""
    return 1, Decimal(0), shown.told.casefold()
