"""What a region's new facts did to its own index, one group of facts after another.

A group is all the new facts about one indicator, or about one innovation itself. Groups are
applied in the order of their first facts; each is worth the difference it makes on top of those
before it, so they sum exactly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec
from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier
from services.projection.core.explanation import Share, share
from shared.kernel.events.innovation import InnovationRegistered, InnovationRevised
from shared.kernel.recorded import Recorded
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import BEARING, Stage

# A reader looks at the largest few; the smaller ones beyond this are told as one.
ITEMS_MAX = 50
REST = "lainnya"
REST_EN = "others"

# The innovation, empty for the region's own rows, and the indicator, empty for the innovation.
_Key = tuple[str, str]


class Standing(Struct, frozen=True, kw_only=True):
    """A region at two moments by one clock; facts in the order in which they count.

    `now` holds every fact of `then`, and others anywhere between them.
    """

    region: str
    name: str
    then: Sequence[Recorded]
    now: Sequence[Recorded]
    rules_then: RuleSet
    rules_now: RuleSet


class Item(Struct, frozen=True, kw_only=True):
    """What the new facts of one indicator did, or of an innovation itself where none is named.

    `groups` is more than 1 where the last of too many groups are told as one.
    """

    innovation: str
    innovation_name: str
    indicator: str
    nama: str
    name_en: str
    change: Share
    seqs: tuple[int, ...]
    groups: int = 1


class _Room(Struct, frozen=True, kw_only=True):
    """What one innovation, or the region's own rows, bring into the tally."""

    tally: Tally
    covered: frozenset[int] = frozenset()


class Walk:
    """A region on its way from the earlier moment to the later, always in the later's order.

    The tally is kept as the sum of its rooms, so that a group of facts costs what its own
    innovation costs, however many others there are.
    """

    def __init__(self, own: Standing, stage: Stage) -> None:
        self._own = own
        self._stage = stage
        self._included = {fact.seq for fact in own.then}
        self._facts: dict[str, list[Recorded]] = {}
        for fact in own.now:
            self._facts.setdefault(_key(fact)[0], []).append(fact)
        self._dossier = opened(fact for fact in own.now if fact.seq in self._included)
        self._rooms = {name: self._room(name) for name in ("", *self._dossier.innovations)}
        self._covered = Counter(urusan for room in self._rooms.values() for urusan in room.covered)
        self._tally = _sum(room.tally for room in self._rooms.values())

    def rounded(self, rules: RuleSet) -> Decimal:
        """The index of the place reached."""
        return rounded(self._dossier, rules, self._stage)

    def exact(self, rules: RuleSet) -> Fraction:
        """The same before rounding."""
        tally = dossiers.tally_at(self._dossier, rules, self._stage)
        return formula.exact_index(rules, tally)

    def through(self, facts: Iterable[Recorded]) -> Sequence[Item]:
        """Take these new facts along; what each group of them did, the largest first.

        Groups that changed nothing are left out, and beyond the bound the smallest are one item.
        """
        groups: dict[_Key, list[Recorded]] = {}
        for fact in sorted(facts, key=lambda one: one.seq):
            groups.setdefault(_key(fact), []).append(fact)
        told: list[tuple[_Key, Fraction]] = []
        before = self._exact()
        for key, taken in groups.items():
            self._take(key[0], taken)
            after = self._exact()
            if after != before:
                told.append((key, after - before))
            before = after
        told.sort(key=lambda one: (-abs(one[1]), one[0]))
        rest = told[ITEMS_MAX:]
        items = [self._item([key], change, groups) for key, change in told[:ITEMS_MAX]]
        if rest:
            change = sum((each for _, each in rest), Fraction(0))
            items.append(self._item([key for key, _ in rest], change, groups))
        return items

    def _exact(self) -> Fraction:
        """The unrounded index under the later rules, out of the rooms."""
        affairs = sum(1 for times in self._covered.values() if times)
        tally = msgspec.structs.replace(self._tally, affairs=affairs)
        return formula.exact_index(self._own.rules_now, tally)

    def _take(self, room: str, facts: Sequence[Recorded]) -> None:
        """Facts change one innovation or the region's rows, so only these are folded again."""
        self._included.update(fact.seq for fact in facts)
        told = opened(one for one in self._facts[room] if one.seq in self._included)
        self._dossier = msgspec.structs.replace(
            told,
            region=self._dossier.region if room else told.region,
            innovations=self._dossier.innovations | told.innovations,
        )
        before = self._rooms.get(room, NOTHING)
        after = self._rooms[room] = self._room(room)
        self._covered.subtract(before.covered)
        self._covered.update(after.covered)
        self._tally = _sum((self._tally, _less(before.tally), after.tally))

    def _room(self, name: str) -> _Room:
        """Without a name, the region's own rows."""
        rules, held = self._own.rules_now, self._dossier.innovations
        alone = msgspec.structs.replace(
            self._dossier,
            region={} if name else self._dossier.region,
            innovations={name: held[name]} if name else {},
        )
        counted = dossiers.counted_at(alone, rules, self._stage).values()
        return _Room(
            tally=dossiers.tally_at(alone, rules, self._stage),
            covered=frozenset(u for one in counted for u in dossiers.affairs_of(one, rules)),
        )

    def _item(
        self, keys: Sequence[_Key], change: Fraction, groups: Mapping[_Key, Sequence[Recorded]]
    ) -> Item:
        rest = len(keys) > 1
        innovation, indicator = ("", "") if rest else keys[0]
        rules = (*self._own.rules_now.rows, *self._own.rules_then.rows)
        row = next((one for one in rules if one.code == indicator), None)
        return Item(
            innovation=innovation,
            innovation_name=self._name(innovation),
            indicator=indicator,
            nama=REST if rest else row.nama if row else indicator,
            name_en=REST_EN if rest else row.name_en if row else indicator,
            change=share(change),
            seqs=seqs_of(fact for key in keys for fact in groups[key]),
            groups=len(keys),
        )

    def _name(self, innovation: str) -> str:
        """As it is called at the later moment, also where it was withdrawn since."""
        for fact in reversed(self._facts[innovation] if innovation else ()):
            if isinstance(fact.event, InnovationRegistered | InnovationRevised):
                return fact.event.profile.name
        return ""


def opened(facts: Iterable[Recorded]) -> Dossier:
    """The one place that folds facts for this question."""
    return dossiers.opened(facts)


def rounded(dossier: Dossier, rules: RuleSet, stage: Stage) -> Decimal:
    """The index that ranks compare."""
    return formula.score(rules, dossiers.tally_at(dossier, rules, stage)).index


def new_of(standing: Standing) -> Sequence[Recorded]:
    """What is there at the later moment and was not at the earlier, if it can count at all."""
    held = {fact.seq for fact in standing.then}
    new = [fact for fact in standing.now if fact.seq not in held]
    assert len(new) + len(held) == len(standing.now), "the moments are in the wrong order"
    return [fact for fact in new if isinstance(fact.event, BEARING)]


def counts(facts: Iterable[Recorded]) -> bool:
    """Whether anything is there that a computed score can come from."""
    return any(isinstance(fact.event, BEARING) for fact in facts)


def seqs_of(facts: Iterable[Recorded]) -> tuple[int, ...]:
    """Where the facts stand in their log."""
    return tuple(sorted(fact.seq for fact in facts))


def _key(fact: Recorded) -> _Key:
    return getattr(fact.event, "innovation", ""), getattr(fact.event, "indicator", "")


NOTHING = _Room(tally=Tally(spd=0, maturity=0, innovations=0, affairs=0))


def _sum(tallies: Iterable[Tally]) -> Tally:
    """Quantity by quantity; affairs are counted apart, since several may cover the same."""
    rooms = list(tallies)
    return Tally(
        spd=sum(one.spd for one in rooms),
        maturity=sum(one.maturity for one in rooms),
        innovations=sum(one.innovations for one in rooms),
        affairs=0,
        rejected=sum(one.rejected for one in rooms),
    )


def _less(tally: Tally) -> Tally:
    return Tally(
        spd=-tally.spd,
        maturity=-tally.maturity,
        innovations=-tally.innovations,
        affairs=0,
        rejected=-tally.rejected,
    )
