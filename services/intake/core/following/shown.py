"""Which kinds of facts a key is shown of a log that it reaches.

A region's own keys see all of it; others as far as `shared/kernel/disclosure.py` lets their role.
The calendar of whoever keeps seasons is public letters.
"""

from collections.abc import Iterable
from typing import get_args

from shared.kernel import disclosure
from shared.kernel.events.intake import IntakeEvent
from shared.kernel.events.season import (
    SeasonClosed,
    SeasonExtended,
    SeasonFrozen,
    SeasonOpened,
    SeasonReopened,
    SeasonScheduled,
)
from shared.kernel.recorded import Event

# Scores stand in a log of their own.
_OWN_KINDS = frozenset(get_args(IntakeEvent))


def _topics(kinds: Iterable[type[Event]]) -> frozenset[str]:
    return frozenset(str(kind.__struct_config__.tag) for kind in kinds if kind in _OWN_KINDS)


ALL = _topics(disclosure.kinds_in(*disclosure.OF_ROLES["region_admin"]))
CALENDAR = _topics(
    (SeasonOpened, SeasonScheduled, SeasonExtended, SeasonClosed, SeasonFrozen, SeasonReopened)
)


def shown_to(role: str) -> frozenset[str]:
    """The topics that a key which reaches the tenant is shown."""
    return _topics(disclosure.kinds_in(*disclosure.OF_ROLES[role]))
