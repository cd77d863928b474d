"""Our verified index beside the official result, region by region."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from services.projection.core.dossier import Official
from shared.kernel.rules.formula import Score


class Difference(Struct, frozen=True, kw_only=True):
    """`own` is the verified score at the freeze, or as it stands where the season is not frozen;
    None where the region reported nothing. `difference` is the official score less that, None
    where either is not there or the rules are not complete.
    """

    region: str
    name: str
    own: Score | None
    frozen_at: datetime | None
    official: Official | None
    difference: Decimal | None


def difference(
    region: str, name: str, own: Score | None, frozen_at: datetime | None, official: Official | None
) -> Difference:
    """One region's."""
    compared = own is not None and own.complete and official is not None
    return Difference(
        region=region,
        name=name,
        own=own,
        frozen_at=frozen_at,
        official=official,
        difference=official.score - own.index if compared and own and official else None,
    )


def ordered(rows: Iterable[Difference]) -> tuple[Difference, ...]:
    """The largest difference first, whichever way it goes; those without one last, by code."""
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.difference is None,
                -abs(row.difference or Decimal(0)),
                row.region,
            ),
        )
    )
