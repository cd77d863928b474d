"""What happens to a log itself."""

from typing import ClassVar

from msgspec import Struct


class EpochRaised(Struct, frozen=True, kw_only=True, tag="epoch.raised.1"):
    """From this fact on the log lives another life: it was restored, or another copy took over.

    What was signed or carried of the epoch before may go beyond `last_seq`, the last fact that is
    left of it: that is lost, and said to be. `reason` tells what happened, `letter` who ordered it.
    """

    epoch: int
    last_seq: int
    reason: str
    letter: str = ""
    year: ClassVar[int] = 0
