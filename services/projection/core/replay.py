"""What is replayed, spelt so that another program's bytes can be compared with ours.

The spelling is described in `deploy/verifier/README.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier, Held, Slot
from services.projection.core.ranking import Place
from shared.kernel.events.result import ResultPublished, ScoreReported
from shared.kernel.recorded import Recorded
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import BEARING, STAGES

SECOND = timedelta(seconds=1)
# What moves a rank: computed from these, or told.
MOVING = (*BEARING, ScoreReported, ResultPublished)

_ENCODER = msgspec.json.Encoder(order="deterministic")

Document = Mapping[str, Any]


class Instant(Struct, frozen=True, kw_only=True):
    """What was known before a moment, and of that what had happened before another, if any."""

    known_until: datetime
    happened_until: datetime | None = None

    def holds(self, fact: Recorded) -> bool:
        """Whether the fact is a part of it."""
        past = self.happened_until is None or fact.happened_at < self.happened_until
        return past and fact.recorded_at < self.known_until

    def of(self, facts: Iterable[Recorded]) -> Sequence[Recorded]:
        """Its facts, in the order in which they count."""
        held = [fact for fact in facts if self.holds(fact)]
        if self.happened_until is None:
            return held
        return sorted(held, key=lambda fact: (fact.happened_at, fact.seq))


class Edge(Struct, frozen=True, kw_only=True):
    """Where a cut goes through a log: its last fact before it and the first one behind it."""

    last: datetime | None
    beyond: datetime | None


def known_until(edges: Iterable[Edge]) -> datetime:
    """The end of the last second of which a cut has all that was recorded in any of the logs."""
    cuts = list(edges)
    held = [_second(edge.last) + SECOND for edge in cuts if edge.last is not None]
    behind = [_second(edge.beyond) for edge in cuts if edge.beyond is not None]
    newest = max(held, default=datetime.fromtimestamp(0, UTC))
    return min([newest, *behind])


def spelled(document: Document) -> bytes:
    """One line of JSON."""
    return _ENCODER.encode(document)


def moment(when: datetime) -> str:
    """UTC, to the microsecond."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def index(value: Decimal | None) -> str | None:
    """Without zeros that say nothing: sources and rules differ in how many they write."""
    if value is None:
        return None
    return f"{value.normalize():f}" if value else "0"


def rows(places: Iterable[Place]) -> Sequence[Document]:
    """A ranking's rows, as bundles have them too."""
    return [
        {"region": place.region, "rank": place.rank, "index": index(place.score)}
        for place in places
    ]


def ranking(
    province: str, year: int, stage: str, instant: Instant, places: Iterable[Place]
) -> Document:
    """A province's ranking at an instant."""
    asked = {"province": province, "stage": stage, "rows": rows(places)}
    return {**_asked(year, instant), **asked}


def state(
    region: str,
    year: int,
    instant: Instant,
    facts: Sequence[Recorded],
    rules: RuleSet | None,
    indexes: Mapping[str, Decimal | None],
) -> Document:
    """What a region's facts of a year come to: levels as [claimed, accepted], parts, indexes."""
    held = dossiers.opened(instant.of(facts) if rules else ())
    return {
        **_asked(year, instant),
        "region": region,
        "rule_set": rules and rules.id,
        "index": {stage: index(told) for stage, told in indexes.items()},
        "levels": _levels(held.region),
        "innovations": {
            name: _innovation(held, each, rules) for name, each in held.innovations.items() if rules
        },
    }


def _asked(year: int, instant: Instant) -> dict[str, Any]:
    happened = instant.happened_until
    return {
        "year": year,
        "known_until": moment(instant.known_until),
        "happened_until": None if happened is None else moment(happened),
    }


def _innovation(dossier: Dossier, held: Held, rules: RuleSet) -> Document:
    return {
        "tahapan": held.profile and held.profile.tahapan,
        "submitted": held.submitted is not None,
        "rejected": held.rejected is not None,
        "part": {stage: dossiers.part_at(dossier, held, rules, stage) for stage in STAGES},
        "levels": _levels(held.slots),
    }


def _levels(slots: Mapping[str, Slot]) -> Mapping[str, Sequence[int]]:
    return {code: [slot.level, slot.accepted] for code, slot in slots.items()}


class Change(Struct, frozen=True, kw_only=True):
    """One thing that is another at the second instant, and the facts that came between.

    `first` and `second` are [claimed, accepted] of a level; None where it was not there.
    """

    what: Literal["index", "level", "innovation"]
    name: str
    innovation: str
    first: list[int] | str | bool | None
    second: list[int] | str | bool | None
    seqs: list[int]


def changes(first: Document, second: Document, new: Iterable[Recorded]) -> Sequence[Change]:
    """What differs between two states of a region, in a fixed order."""
    then, now = _flat(first), _flat(second)
    told: dict[tuple[str, str], list[int]] = {}
    for fact in new:
        key = (getattr(fact.event, "innovation", ""), getattr(fact.event, "indicator", ""))
        told.setdefault(key, []).append(fact.seq)
    differing = sorted(key for key in {*then, *now} if then.get(key) != now.get(key))
    return [
        Change(
            what=what,
            name=name,
            innovation=innovation,
            first=then.get((what, innovation, name)),
            second=now.get((what, innovation, name)),
            seqs=told.get((innovation, name if what == "level" else ""), []),
        )
        for what, innovation, name in differing
    ]


def _flat(document: Document) -> dict[tuple[Any, str, str], Any]:
    flat: dict[tuple[Any, str, str], Any] = {}
    for stage, told in document["index"].items():
        flat["index", "", stage] = told
    for code, levels in document["levels"].items():
        flat["level", "", code] = levels
    for name, held in document["innovations"].items():
        for field in ("tahapan", "submitted", "rejected"):
            flat["innovation", name, field] = held[field]
        for stage, part in held["part"].items():
            flat["innovation", name, f"part.{stage}"] = part
        for code, levels in held["levels"].items():
            flat["level", name, code] = levels
    return flat


def _second(when: datetime) -> datetime:
    return when.replace(microsecond=0)
