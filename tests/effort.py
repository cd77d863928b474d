"""How many examples a property is tried on: all of them in `make test`, a third in `make check`."""

import os

from hypothesis import settings

FEW = os.environ.get("EXAMPLES") == "few"
SHARE = 3
DEFAULT = 100


def examples(wanted: int = DEFAULT) -> int:
    """As many as are wanted, or the share of them that a quick check takes."""
    return max(wanted // SHARE, 5) if FEW else wanted


many = settings(max_examples=examples(200))
