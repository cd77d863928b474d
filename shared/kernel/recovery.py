"""Beginning a new epoch: what every log says of it, decided without a database."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.recovery import EpochRaised

REASON_CHARACTERS_MIN, REASON_CHARACTERS_MAX = 10, 1000
LETTER_CHARACTERS_MAX = 500

# Of each log, its tenants' heads: tenant, seq and epoch.
Heads = Mapping[str, Sequence[Mapping[str, Any]]]
# Of each log, its tenants and the fact each gets.
Begun = Mapping[str, Sequence[tuple[str, EpochRaised]]]


def begin(heads: Heads, reason: str, letter: str = "", above: int = 0) -> tuple[int, Begun]:
    """The epoch behind all that there are and behind `above`, and what each log says of it."""
    text.check("reason", reason, REASON_CHARACTERS_MAX)
    text.check("letter", letter, LETTER_CHARACTERS_MAX)
    if len(reason.strip()) < REASON_CHARACTERS_MIN:
        raise Refused("epoch.reason_missing", characters_min=REASON_CHARACTERS_MIN)
    known = (row["epoch"] for rows in heads.values() for row in rows)
    epoch = max(above, *known, 1) + 1
    return epoch, {
        log: [
            (
                row["tenant"],
                EpochRaised(epoch=epoch, last_seq=row["seq"], reason=reason, letter=letter),
            )
            for row in rows
        ]
        for log, rows in heads.items()
    }
