"""What is read of a region before a decision: verdicts that may be drawn for a second look."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from services.intake.reading import Reading
from shared.io.history import History
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationRejected,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.events.verification import Sampled
from shared.kernel.recorded import Event, Stored
from shared.kernel.streams import stream_of
from tests import examples
from tests.desk import REGION, YEAR


class Log:
    """A region's log in memory."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._facts = [
            examples.stored(seq, tenant=REGION, event=event, stream=stream_of(event), version=seq)
            for seq, event in enumerate(events, start=1)
        ]

    async def head(self, _: str) -> int:
        return len(self._facts)

    async def read_all(self, _: str, *, upto: int) -> Sequence[Stored]:
        return self._facts[:upto]


def test_verdicts_on_innovations_that_left_the_season_are_not_drawn() -> None:
    profile = Profile(name="TAPIS", tahapan="penerapan", main_urusan=2)
    events: list[Event] = []
    for name in ("ada", "ditarik", "ditolak"):
        row: dict[str, Any] = {"year": YEAR, "innovation": name, "indicator": "SID-VIDEO"}
        events += [
            InnovationRegistered(year=YEAR, innovation=name, profile=profile),
            InnovationSubmitted(year=YEAR, innovation=name),
            IndicatorClaimed(**row, level=2),
            IndicatorAccepted(**row, level=2),
        ]
    own: dict[str, Any] = {"year": YEAR, "innovation": "", "indicator": "SPD-01"}
    events += [
        IndicatorClaimed(**own, level=1),
        IndicatorAccepted(**own, level=1),
        InnovationWithdrawn(year=YEAR, innovation="ditarik"),
        InnovationRejected(year=YEAR, innovation="ditolak", reason="lainnya"),
    ]
    reading = Reading(cast("History", Log(events)))
    assert asyncio.run(reading.verdicts(REGION, YEAR)) == (
        Sampled(indicator="SPD-01", innovation=""),
        Sampled(indicator="SID-VIDEO", innovation="ada"),
    )
