"""What the address of a page asks of its tables: which one, by which column, as which file."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct

from shared.io.pages.listing import Listing, reordered
from shared.kernel.errors import Refused

FORMATS = ("csv", "xlsx", "pdf")
FALLING = "turun"


class Asked(Struct, frozen=True, kw_only=True):
    """The page's own address, taken apart; empty is not asked."""

    path: str
    query: Mapping[str, str]

    @property
    def format(self) -> str:
        """The file that is wanted instead of the page; `Refused` where there is no such kind."""
        given = self.query.get("bentuk", "")
        if given and given not in FORMATS:
            raise Refused("page.unknown_format", given=given, allowed=", ".join(FORMATS))
        return given

    def ordered(self, listing: Listing) -> Listing:
        """The table in the order that is asked for."""
        if self.query.get("tabel", listing.name) != listing.name:
            return listing
        name = self.query.get("urut", "")
        return reordered(listing, name, falling=self.query.get("arah") == FALLING)

    def named(self, listings: Sequence[Listing]) -> Listing:
        """The table that is wanted as a file; the first where none is named."""
        wanted = self.query.get("tabel", "")
        for listing in listings:
            if wanted in ("", listing.name):
                return self.ordered(listing)
        raise Refused("page.unknown_table", given=wanted)

    def by_column(self, listing: Listing, name: str) -> str:
        """The page with a table by another column, or the other way round."""
        turned = listing.sorted_by == name and not listing.falling
        order = {"tabel": listing.name, "urut": name, "arah": FALLING if turned else ""}
        return f"{self.address(**order)}#tabel-{listing.name}"

    def as_file(self, listing: Listing, form: str) -> str:
        """The same table, in the same order, as a file."""
        return self.address(tabel=listing.name, bentuk=form)

    def address(self, **changed: str) -> str:
        """The page with other choices; what is empty is left out."""
        kept = {name: value for name, value in {**self.query, **changed}.items() if value}
        return f"{self.path}?{urlencode(kept, safe=':')}" if kept else self.path


def of(request: Request[Any, Any, Any]) -> Asked:
    """What a request asks; the last of several values of one name counts."""
    query = {name: str(value) for name, value in request.query_params.items()}
    return Asked(path=str(request.scope["path"]), query=query)
