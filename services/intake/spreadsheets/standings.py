"""A region's season read from its log: as it stands, and as it stood at an earlier position."""

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from services.intake.core import agency, indicator, innovation, late
from services.intake.core.agency import Agency
from services.intake.core.indicator import Slot
from services.intake.core.innovation import Innovation
from services.intake.core.spreadsheet.workbook import Standing
from shared.io.history import History
from shared.kernel import names, streams
from shared.kernel.recorded import Event, decode_event

# The streams that are told in a spreadsheet, by what their names begin with.
TOLD = ("innovation", "claim", "agency", "late")


class Standings:
    """Folds the facts of one season of one region."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def read(
        self, tenant: str, year: int, position: int | None = None
    ) -> tuple[Standing, Standing | None]:
        """The season now, and as it was at a position, where one is named."""
        head = await self._history.head(tenant)
        stored = [
            one
            for one in await self._history.read_all(tenant, upto=head)
            if _is_told(one.stream, year)
        ]
        facts = [(one.seq, decode_event(one.state)) for one in stored]
        versions = Counter(one.stream for one in stored)
        now = replace(standing((event for _, event in facts), head), versions=versions)
        if position is None:
            return now, None
        return now, standing((event for seq, event in facts if seq <= position), position)


def standing(facts: Iterable[Event], position: int) -> Standing:
    """What the facts of a season come to; what came late stands as if it had counted."""
    innovations: dict[str, Innovation] = {}
    claims: dict[tuple[str, str], Slot] = {}
    agencies: dict[str, Agency] = {}
    box = late.EMPTY

    def stand(event: Event) -> None:
        kind, _, rest = streams.stream_of(event).partition("/")
        named = rest.split("/")[1:]
        if kind == "innovation":
            held = innovations.get(named[0], innovation.EMPTY)
            innovations[named[0]] = innovation.evolve(held, event)
        elif kind == "claim":
            whose = ("" if named[0] == names.REGION else named[0], named[1])
            claims[whose] = indicator.evolve(claims.get(whose, indicator.EMPTY), event)
        elif kind == "agency":
            agencies[named[0]] = agency.evolve(agencies.get(named[0], agency.EMPTY), event)

    for event in facts:
        box = late.evolve(box, event)
        stand(event)
    for event in late.supposed(box):
        stand(event)
    return Standing(position=position, innovations=innovations, claims=claims, agencies=agencies)


def _is_told(stream: str, year: int) -> bool:
    kind, _, rest = stream.partition("/")
    return kind in TOLD and rest.partition("/")[0] == str(year)
