"""What intake shows of its own log: single streams as they stand, to those who may see them."""

from collections.abc import Sequence
from functools import reduce
from typing import Any, cast

from services.intake import commands
from services.intake.core import agency, branch, indicator, innovation, late, season
from services.intake.core.carrying import Past
from services.intake.core.indicator import Slot
from services.intake.core.innovation import Innovation
from services.intake.core.late import Letterbox
from shared.io.history import History
from shared.kernel import names, streams
from shared.kernel.appending import Receipt
from shared.kernel.calendar import Calendar
from shared.kernel.events.branch import BranchSaved
from shared.kernel.events.season import SeasonEntered
from shared.kernel.events.verification import Sampled
from shared.kernel.recorded import Event, Recorded, decode

# What is taken along from one season into another, by the first word of its stream.
_TAKEN_ALONG = {"agency": agency, "innovation": innovation, "claim": indicator}


class Reading:
    """Folds streams of the log."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def head(self, tenant: str) -> int:
        """The seq of a region's last fact."""
        return await self._history.head(tenant)

    async def said(self, tenant: str, *wanted: str) -> Sequence[Recorded]:
        """The facts of some of a region's streams, in the order of the log."""
        found = await self._history.read_streams([(tenant, stream) for stream in wanted])
        facts = [decode(stored) for events in found.values() for stored in events]
        return sorted(facts, key=lambda fact: fact.seq)

    async def branch(
        self, tenant: str, year: int, branch_id: str
    ) -> tuple[BranchSaved | None, int]:
        """A what-if as it stands, with its version; None where it is not there."""
        held, version = await self._folded(tenant, names.branch(year, branch_id), branch)
        return held.saved, version

    async def innovation(
        self, tenant: str, year: int, innovation_id: str
    ) -> tuple[Innovation, int]:
        """An innovation as it stands, with its version."""
        held, version = await self._folded(
            tenant, names.innovation(year, innovation_id), innovation
        )
        return cast("Innovation", held), version

    async def supposed(
        self, tenant: str, year: int, innovation_id: str, codes: Sequence[str]
    ) -> tuple[Innovation, dict[str, Slot]]:
        """An innovation and its claims by code, as if what came late and waits had counted."""
        own = names.innovation(year, innovation_id)
        claimed = {code: names.claim(year, innovation_id, code) for code in codes}
        told: dict[str, list[Event]] = {stream: [] for stream in (own, *claimed.values())}
        for fact in await self.said(tenant, *told):
            told[fact.stream].append(fact.event)
        for waiting in late.supposed(await self.letterbox(tenant, year)):
            told.get(streams.stream_of(waiting), []).append(waiting)
        held: Innovation = reduce(innovation.evolve, told[own], innovation.EMPTY)
        return held, {
            code: reduce(indicator.evolve, told[stream], indicator.EMPTY)
            for code, stream in claimed.items()
        }

    async def rule_set(self, tenant: str, year: int) -> str:
        """The rules a region stands under in a season: as it entered it, or as it would."""
        for fact in await self.said(tenant, names.entry(year)):
            if isinstance(fact.event, SeasonEntered):
                return fact.event.rule_set
        _, kept = await self.calendar(tenant, year)
        season.must_be_opened(kept, year)
        return kept.rule_set

    async def fact(self, tenant: str, seq: int) -> Recorded | None:
        """One fact of a region's log; None where the log does not go so far."""
        if not 1 <= seq <= await self._history.head(tenant):
            return None
        (stored,) = await self._history.read(tenant, after=seq - 1, upto=seq)
        return decode(stored)

    async def receipt(self, fact: Recorded, tenant: str) -> Receipt | None:
        """What was answered to the command that recorded a fact."""
        answered = await self._history.answered([(tenant, fact.meta.command)])
        return next((receipt for _, receipt in answered.values()), None)

    async def leaf(self, tenant: str, seq: int) -> str:
        """The leaf hash of a fact that is there."""
        (stored,) = await self._history.read(tenant, after=seq - 1, upto=seq)
        return stored.leaf_hash.hex()

    async def verdicts(self, tenant: str, year: int) -> tuple[Sampled, ...]:
        """Every indicator whose claim a verifier has judged as it stands, in order; of innovations
        that are still in the season.
        """
        past = await self.past(tenant, year)
        return tuple(
            Sampled(indicator=code, innovation=name)
            for (name, code), slot in sorted(past.claims.items())
            if slot.status in ("accepted", "returned") and (not name or past.takes_part(name))
        )

    async def past(self, tenant: str, year: int) -> Past:
        """All that a region's log holds of a season, to be taken along into another."""
        told: dict[str, list[Event]] = {}
        head = await self._history.head(tenant)
        for stored in await self._history.read_all(tenant, upto=head):
            kind, _, rest = stored.stream.partition("/")
            if kind in _TAKEN_ALONG and rest.startswith(f"{year}/"):
                told.setdefault(stored.stream, []).append(decode(stored).event)
        found: dict[str, dict[str, Any]] = {kind: {} for kind in _TAKEN_ALONG}
        for stream, events in told.items():
            kind, _, name = stream.split("/", 2)
            noun = _TAKEN_ALONG[kind]
            found[kind][name] = reduce(noun.evolve, events, noun.EMPTY)
        claims = {tuple(name.split("/")): slot for name, slot in found["claim"].items()}
        return Past(
            year=year,
            agencies=found["agency"],
            innovations=found["innovation"],
            claims={
                ("" if subject == names.REGION else subject, code): slot
                for (subject, code), slot in claims.items()
            },
        )

    async def calendar(self, tenant: str, year: int) -> tuple[str, Calendar]:
        """The calendar that holds for a region, and whose it is."""
        for keeper in commands.keepers(tenant):
            kept, _ = await self._folded(keeper, names.season(year), season)
            if kept.opened:
                break
        return keeper, cast("Calendar", kept)

    async def letterbox(self, tenant: str, year: int) -> Letterbox:
        """What a region reported late, and still waits."""
        box, _ = await self._folded(tenant, names.late(year), late)
        return cast("Letterbox", box)

    async def late_seasons(self) -> Sequence[tuple[str, int]]:
        """Every region and year of which anything came late."""
        return await self._history.streams_with("late.received.1")

    async def keepers(self) -> dict[str, int]:
        """Whoever may keep a season, with the seq of their last fact."""
        heads = await self._history.heads()
        return {tenant: tip.seq for tenant, tip in heads.items() if names.is_keeper(tenant)}

    async def _folded(self, tenant: str, stream: str, noun: Any) -> tuple[Any, int]:
        events: list[Event] = [fact.event for fact in await self.said(tenant, stream)]
        return reduce(noun.evolve, events, noun.EMPTY), len(events)
