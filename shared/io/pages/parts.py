"""What pages are put together from; each part names its `kind`, by which the templates draw it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from markupsafe import Markup
from msgspec import Struct

from shared.io.pages.listing import Listing


class Notice(Struct, frozen=True, kw_only=True):
    """What must be known before the rest; `tone` is the style sheet's word."""

    kind: ClassVar[str] = "notice"
    tone: str
    title: str
    why: str = ""


class Prose(Struct, frozen=True, kw_only=True):
    """A paragraph; a quiet one is an aside."""

    kind: ClassVar[str] = "prose"
    text: str
    quiet: bool = False


class Link(Struct, frozen=True, kw_only=True):
    """Where one may go on; `here` is where one is."""

    label: str
    address: str
    note: str = ""
    here: bool = False


class Links(Struct, frozen=True, kw_only=True):
    """Several ways on."""

    kind: ClassVar[str] = "links"
    links: Sequence[Link]


class Fact(Struct, frozen=True, kw_only=True):
    """A name and its value; a value in figures or hashes is `exact`."""

    name: str
    value: str
    link: str = ""
    note: str = ""
    exact: bool = False


class Facts(Struct, frozen=True, kw_only=True):
    """Names and values, one below the other."""

    kind: ClassVar[str] = "facts"
    facts: Sequence[Fact]


class Figure(Struct, frozen=True, kw_only=True):
    """A number large enough to be read first; `link` leads to its explanation."""

    value: str
    label: str
    note: str = ""
    link: str = ""
    tone: str = ""


class Figures(Struct, frozen=True, kw_only=True):
    """The few numbers a page is about."""

    kind: ClassVar[str] = "figures"
    figures: Sequence[Figure]


class Table(Struct, frozen=True, kw_only=True):
    """A table with sorting and, unless it is small, files to download."""

    kind: ClassVar[str] = "table"
    listing: Listing
    handed: bool = True
    sortable: bool = True


class Drawing(Struct, frozen=True, kw_only=True):
    """A chart under a title that says what it shows, and the same as a table to unfold."""

    kind: ClassVar[str] = "drawing"
    title: str
    svg: Markup
    note: str = ""
    listing: Listing | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """One option of a select, or one radio button."""

    value: str
    label: str
    chosen: bool = False
    note: str = ""


class Field(Struct, frozen=True, kw_only=True):
    """One question of a form: `type` is HTML's, or `select`, `textarea`, `radio`, `checkboxes`.

    `error` says what is wrong with what stands in it; `extra` are further attributes.
    """

    name: str
    label: str
    type: str = "text"
    value: str = ""
    hint: str = ""
    error: str = ""
    choices: Sequence[Choice] = ()
    required: bool = False
    extra: Mapping[str, str] = {}


class Form(Struct, frozen=True, kw_only=True):
    """A form; one that asks (`get`) keeps everything in its address. `wide` sets fields in rows."""

    kind: ClassVar[str] = "form"
    action: str
    button: str
    fields: Sequence[Field] = ()
    hidden: Mapping[str, str] = {}
    method: str = "post"
    label: str = ""
    wide: bool = False
    files: bool = False
    danger: bool = False
    reset: str = ""


class Fold(Struct, frozen=True, kw_only=True):
    """What is there for whoever unfolds it."""

    kind: ClassVar[str] = "fold"
    title: str
    parts: Sequence["Part"]
    unfolded: bool = False


class Section(Struct, frozen=True, kw_only=True):
    """A part of the page with a heading; `anchor` is its name within the page."""

    kind: ClassVar[str] = "section"
    title: str
    anchor: str
    parts: Sequence["Part"]
    lead: str = ""


class Drawn(Struct, frozen=True, kw_only=True):
    """A part with looks of its own: a template, what it is told, and the table it may be had as."""

    kind: ClassVar[str] = "drawn"
    template: str
    told: object
    listing: Listing | None = None


Part = Notice | Prose | Links | Facts | Figures | Table | Drawing | Form | Fold | Section | Drawn


class Sheet(Struct, frozen=True, kw_only=True):
    """A whole page: what it is, how sure it is, where one is, and its parts.

    `file` names what is downloaded; `policy` is what the page may do beyond style and pictures,
    for pages with `scripts`.
    """

    title: str
    heading: str
    parts: Sequence[Part]
    headline: str = ""
    lead: str = ""
    notices: Sequence[Notice] = ()
    stamp: Sequence[tuple[str, str]] = ()
    crumbs: Sequence[Link] = ()
    tabs: Sequence[Link] = ()
    file: str = "tabel"
    scripts: Sequence[str] = ()

    def listings(self) -> Sequence[Listing]:
        """Every table of the page, in its order."""
        return list(_listings(self.parts))


def _listings(parts: Sequence[Part]) -> Iterator[Listing]:
    for part in parts:
        if isinstance(part, Table | Drawing | Drawn):
            yield from () if part.listing is None else (part.listing,)
        elif isinstance(part, Section | Fold):
            yield from _listings(part.parts)
