"""What every stated body may say of itself, and small types; unknown fields are refused."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

# One bulk request; larger loads are sent in several, each with its own key.


# One bulk request; larger loads are sent in several, each with its own key.
ITEMS_MAX = 500


Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


Level = Annotated[int, Meta(description="Tingkat (parameter) 1 sampai 3; 0 menarik klaim")]


Spelt = Annotated[str, Meta(description="Angka, paling banyak 7 digit dan 2 desimal: 45.06")]


Items = Meta(min_length=1, max_length=ITEMS_MAX)


class Stated(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moment in the past with the document that states it; only for keys that may."""

    occurred_at: datetime | None = None
    basis: str = ""
