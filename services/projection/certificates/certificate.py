"""What a certificate says, line by line, so that the same cut always gives the same bytes.

The format is described in `deploy/verifier/README.md`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from services.projection.bundles.cutting import Told, indexes
from services.projection.core import ranking, replay
from services.projection.core.ranking import FINAL, Stage
from shared.kernel import notes

# Official is what a decree says and nobody invented.
Standing = Literal["official", "projection", "sample"]


class Row(Struct, frozen=True, kw_only=True):
    """One region; `size` is how many facts its log had.

    Without a result, rank and index are None.
    """

    rank: int | None
    region: str
    index: str | None
    size: int
    predikat: str

    @property
    def line(self) -> str:
        """`10 63.10 42.63 1840 Inovatif`; a dash where there is nothing."""
        told = (self.rank or "-", self.region, self.index or "-", self.size, self.predikat or "-")
        return " ".join(map(str, told))


class Certificate(Struct, frozen=True, kw_only=True):
    """A province's season and stage at one cut through all logs.

    `log` is the name that heads are signed under, `size` and `root` the head of all heads cut at.
    """

    log: str
    province: str
    year: int
    stage: Stage
    size: int
    root: bytes
    known_until: datetime
    standing: Standing
    rules: Sequence[tuple[str, str]]
    decrees: Sequence[str]
    rows: Sequence[Row]

    @property
    def origin(self) -> str:
        """Who says what this is of."""
        return f"{self.log}/certificate/{self.province}/{self.year}/{self.stage}"

    @property
    def text(self) -> str:
        """What is signed."""
        lines = [
            self.origin,
            f"cut {self.size} {notes.base64_of(self.root)}",
            f"known-until {replay.moment(self.known_until)}",
            f"standing {self.standing}",
            *(f"rules {name} {digest}" for name, digest in self.rules),
            *(f"decree {each}" for each in self.decrees),
            f"regions {len(self.rows)}",
            *(row.line for row in self.rows),
        ]
        return "".join(f"{line}\n" for line in lines)


def rows(
    codes: Sequence[str], told: Mapping[str, Told], stage: Stage, sizes: Mapping[str, int]
) -> Sequence[Row]:
    """Every region by its place."""
    return [
        Row(
            rank=place.rank,
            region=place.region,
            index=replay.index(place.score),
            size=sizes.get(place.region, 0),
            predikat=told[place.region].predikat
            if place.region in told
            else ("" if place.rank is None else ranking.NOT_ASSESSABLE),
        )
        for place in ranking.rank(codes, indexes(told), stage)
    ]


def standing(told: Mapping[str, Told], stage: Stage) -> Standing:
    """As the pages say it."""
    if stage != FINAL:
        return "projection"
    return "sample" if any(each.sample for each in told.values()) else "official"
