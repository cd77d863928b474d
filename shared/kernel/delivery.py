"""The sequence rule: what a consumer does with a range that arrives, given how far it is.

The bus may lose, repeat, reorder or roll back; this rule and the log make none of it matter.
"""

from msgspec import Struct


class Drop(Struct, frozen=True):
    """Everything in the range is already applied."""


class Apply(Struct, frozen=True):
    """Apply the range from `first` on; what stands before it was applied earlier."""

    first: int


class Backfill(Struct, frozen=True):
    """Read `first` to `last` from the log first, then apply the whole range."""

    first: int
    last: int


def plan(first: int, last: int, checkpoint: int) -> Drop | Apply | Backfill:
    """What to do with `[first, last]` when everything up to `checkpoint` is applied."""
    if last <= checkpoint:
        return Drop()
    if first > checkpoint + 1:
        return Backfill(checkpoint + 1, first - 1)
    return Apply(checkpoint + 1)
