"""Hear facts, change scorecards, say scores: one transaction for all three.

A batch of one region is applied by deltas; only if it states facts for an earlier moment is the
season read again from the log, to restate the points after it.
"""

import hashlib
from collections.abc import Mapping, Sequence

from services.scoring import tables
from services.scoring.core import timeline
from services.scoring.core.timeline import Entry, Outcome
from services.scoring.tables import Key
from shared.io import postgres, store
from shared.io.history import History
from shared.kernel.appending import Append, Draft
from shared.kernel.errors import Corrupt, Failure
from shared.kernel.events.scoring import ScoreCalculated
from shared.kernel.events.season import SeasonEntered
from shared.kernel.recorded import Meta, Recorded, Stored, decode, encode, topic, trace
from shared.kernel.rules.ruleset import RuleSet

# Seasons kept in memory; the rest are read again when a fact arrives for them.
ENTRIES_MAX = 4000
# Scores recorded under one key: a batch that says more has several.
SCORES_PER_APPEND_MAX = 1000


class Scoring:
    """Applies ranges of the intake log to scorecards and records what they come to."""

    def __init__(
        self, facts: History, rule_sets: Mapping[str, RuleSet], digests: Mapping[str, str]
    ) -> None:
        self._facts = facts
        self._rule_sets = rule_sets
        self._digests = digests
        self._entries: dict[Key, Entry] = {}
        self._loaded: set[str] = set()

    def forget(self, tenants: Sequence[str]) -> None:
        """Drop what memory holds of these tenants; it is read again when needed."""
        for tenant in tenants:
            self._loaded.discard(tenant)
        self._entries = {
            key: entry for key, entry in self._entries.items() if key[0] in self._loaded
        }

    async def apply(
        self, connection: postgres.Connection, ranges: Mapping[str, Sequence[Stored]]
    ) -> None:
        """The effect of these ranges, inside the transaction that moves their checkpoints."""
        await self._load(connection, list(ranges))
        touched: dict[Key, tuple[Entry, frozenset[str]]] = {}
        appends: list[Append] = []
        for tenant, events in ranges.items():
            said: list[ScoreCalculated] = []
            for year, batch in _by_year(events).items():
                entry = self._entry(tenant, year, batch)
                if entry is not None:
                    points, names = await self._advance(tenant, entry, batch)
                    touched[tenant, year] = (entry, names)
                    said.extend(points)
            appends.extend(_appends(tenant, events[-1], said))
        if touched:
            await tables.keep(connection, touched)
        for outcome in await store.append_within(connection, appends) if appends else ():
            if isinstance(outcome, Failure):
                raise outcome

    async def _load(self, connection: postgres.Connection, tenants: Sequence[str]) -> None:
        if len(self._entries) > ENTRIES_MAX:
            self.forget(sorted(self._loaded))
        missing = [tenant for tenant in tenants if tenant not in self._loaded]
        if missing:
            self._entries.update(await self._stored(connection, missing))
            self._loaded.update(missing)

    async def _stored(
        self, connection: postgres.Connection, tenants: Sequence[str]
    ) -> dict[Key, Entry]:
        return await tables.load(connection, tenants, self._rule_sets, self._digests)

    def _entry(self, tenant: str, year: int, batch: Sequence[Recorded]) -> Entry | None:
        """The season these facts belong to; None where they belong to no region's season."""
        for recorded in batch:
            event = recorded.event
            if isinstance(event, SeasonEntered) and (tenant, year) not in self._entries:
                if self._digests.get(event.rule_set) != event.rule_digest:
                    raise Corrupt("score.other_rules", rule_set=event.rule_set)
                rules = self._rule_sets[event.rule_set]
                self._entries[tenant, year] = Entry(year, rules, event.rule_digest)
        return self._entries.get((tenant, year))

    async def _advance(
        self, tenant: str, entry: Entry, batch: Sequence[Recorded]
    ) -> tuple[Sequence[ScoreCalculated], frozenset[str]]:
        said: list[ScoreCalculated] = []
        touched: frozenset[str] = frozenset()
        bearing = [recorded for recorded in batch if timeline.bears_on_score(recorded.event)]
        for piece in timeline.pieces(bearing):
            outcome = timeline.advance(entry, piece)
            if outcome is None:
                names = timeline.apply_silently(entry, piece)
                history = await self._season(tenant, entry, upto=piece[-1].seq)
                outcome = Outcome(timeline.restate(entry, history, piece), names)
                entry.told_now()
            said.extend(outcome.said)
            touched |= outcome.touched
        return said, touched

    async def _season(self, tenant: str, entry: Entry, upto: int) -> Sequence[Recorded]:
        """All of the season's facts that bear on its score, from the log."""
        stored = await self._facts.read_all(tenant, upto=upto)
        return [
            recorded
            for recorded in map(decode, stored)
            if recorded.event.year == entry.year and timeline.bears_on_score(recorded.event)
        ]


def _by_year(events: Sequence[Stored]) -> Mapping[int, list[Recorded]]:
    years: dict[int, list[Recorded]] = {}
    for recorded in map(decode, events):
        years.setdefault(recorded.event.year, []).append(recorded)
    return years


def _appends(tenant: str, last: Stored, said: Sequence[ScoreCalculated]) -> list[Append]:
    """What a batch of one tenant records; its key follows from the cut, so it is said once.

    The scores belong to the request that left the batch's last fact.
    """
    cut_seq, cause = last.seq, f"intake/{tenant}/{last.seq}"
    meta = encode(Meta(actor="scoring", role="service", cause=cause, trace=trace(last)))
    drafts = [
        Draft(
            stream=f"score/{event.year}/{event.stage}",
            topic=topic(event),
            state=encode(event),
            meta=meta,
        )
        for event in said
    ]
    return [
        Append(
            tenant=tenant,
            key=f"cut/{cut_seq}/{start}",
            request=hashlib.sha256(b"".join(draft.state for draft in part)).digest(),
            expected={},
            drafts=part,
        )
        for start in range(0, len(drafts), SCORES_PER_APPEND_MAX)
        if (part := tuple(drafts[start : start + SCORES_PER_APPEND_MAX]))
    ]
