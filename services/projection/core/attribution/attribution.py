"""Why a rank moved between two moments: by cause, summing exactly to the places and the points.

Causes are applied one after another in a declared order; each one's part is the difference that
its step makes, so the parts sum whatever the order. A state on the way is the fold of what was
there at the earlier moment and of the new facts of the causes applied so far, always in the order
in which they count at the later one. A rank is one more than the number of neighbours whose
rounded index is strictly above, so it moves by one place for each neighbour that crosses.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import msgspec
from msgspec import Struct

from services.projection.core import ranking
from services.projection.core.attribution import items
from services.projection.core.attribution.items import Item, Standing
from services.projection.core.explanation import Share, share
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorReturned
from shared.kernel.events.innovation import InnovationReinstated, InnovationRejected
from shared.kernel.recorded import Recorded
from shared.kernel.scorecard import Stage

Cause = Literal["rules", "own", "verification", "deadline", "neighbours", "decree"]

# The order in which causes are applied; published results know `decree` and `neighbours` only.
OWN: tuple[Cause, ...] = ("own", "verification", "deadline")
COMPUTED: tuple[Cause, ...] = ("rules", *OWN, "neighbours")

VERDICTS = (
    IndicatorAccepted,
    IndicatorReturned,
    InnovationRejected,
    InnovationReinstated,
)


class Result(Struct, frozen=True, kw_only=True):
    """A region's published index at two moments, None where there was none yet.

    `seqs` are the facts of its log that published or corrected it between them; a `sample` is
    invented.
    """

    region: str
    name: str
    then: Decimal | None
    now: Decimal | None
    seqs: tuple[int, ...] = ()
    sample: bool = False


class Part(Struct, frozen=True, kw_only=True):
    """What one cause did: points of the region's own index, and places (positive is up).

    `facts` counts the new facts of the cause. `seqs` names them where they are in the region's
    own log; those of neighbours stand with each neighbour. `items`, the largest first, sum to
    `change` where a cause has any.
    """

    cause: Cause
    change: Share
    places: int = 0
    facts: int = 0
    seqs: tuple[int, ...] = ()
    items: tuple[Item, ...] = ()


class Turn(Struct, frozen=True, kw_only=True):
    """By one cause a neighbour came above (-1), or ceased to be above (+1)."""

    cause: Cause
    places: int


class Crossing(Struct, frozen=True, kw_only=True):
    """A neighbour that changed sides; `turns` sum to `places`, in the view of the region.

    It overtook, was overtaken, or did both on the way and is on the side where it was. Who is
    level is not above: a neighbour that was above and is now level was overtaken.
    """

    region: str
    name: str
    way: Literal["overtook", "overtaken", "both"]
    places: int
    index_then: Decimal | None
    index_now: Decimal | None
    turns: tuple[Turn, ...]
    facts: int
    first_seq: int | None
    last_seq: int | None


class Movement(Struct, frozen=True, kw_only=True):
    """A region's place at two moments, and every cause between them.

    The changes of the parts and `rounding` sum to the difference of the rounded indexes; the
    places of the parts, and those of the neighbours, sum to `places_gained`. `of` counts the
    regions, `placed_now` those that have a place; `tied` names who shares the later one. Without
    a rank at both moments nothing can be compared: no parts, and `places_gained` is None.
    """

    stage: ranking.Stage
    index_then: Decimal | None
    index_now: Decimal | None
    rank_then: int | None
    rank_now: int | None
    of: int
    placed_now: int
    tied: tuple[str, ...]
    places_gained: int | None
    parts: tuple[Part, ...]
    neighbours: tuple[Crossing, ...]
    rounding: Share
    sample: bool = False


class _Path(Struct, frozen=True, kw_only=True):
    """A region's rounded index before the first cause and after each, and its new facts."""

    region: str
    name: str
    indexes: Sequence[Decimal | None]
    seqs: tuple[int, ...]


def attribute(
    own: Standing, neighbours: Iterable[Standing], *, stage: Stage, deadline: datetime | None
) -> Movement:
    """Why the region's place in a computed stage moved; the deadline is the season's closing."""
    walk = items.Walk(own, stage)
    indexes = [walk.rounded(own.rules_then), walk.rounded(own.rules_now)]
    parts = [_part("rules", walk.exact(own.rules_now) - walk.exact(own.rules_then))]
    new = items.new_of(own)
    for cause in OWN:
        facts = [fact for fact in new if _cause(fact, deadline) == cause]
        told = walk.through(facts)
        change = sum((item.change.exact for item in told), Fraction(0))
        parts.append(_part(cause, change, items.seqs_of(facts), told))
        indexes.append(walk.rounded(own.rules_now))
    indexes.append(indexes[-1])  # what neighbours do leaves the region's own index alone
    around = list(neighbours)
    others = [_path(neighbour, stage) for neighbour in around]
    path = _Path(region=own.region, name=own.name, indexes=indexes, seqs=items.seqs_of(new))
    if not any(items.counts(one.then) for one in (own, *around)):
        # Where nothing was known of anybody, nobody had a place.
        path, *others = [_unknown_then(each) for each in (path, *others)]
    return _movement(stage, path, others, parts)


def _unknown_then(path: _Path) -> _Path:
    return msgspec.structs.replace(path, indexes=(None, *path.indexes[1:]))


def attribute_results(
    own: Result, neighbours: Iterable[Result], *, stage: ranking.Stage = ranking.FINAL
) -> Movement:
    """Why the region's place among told scores moved: its own, then the others'."""
    path = _Path(
        region=own.region, name=own.name, indexes=(own.then, own.now, own.now), seqs=own.seqs
    )
    others = [
        _Path(
            region=other.region,
            name=other.name,
            indexes=(other.then, other.then, other.now),
            seqs=other.seqs,
        )
        for other in neighbours
    ]
    change = Fraction(own.now or 0) - Fraction(own.then or 0)
    movement = _movement(stage, path, others, [_part("decree", change, own.seqs)])
    return msgspec.structs.replace(movement, sample=own.sample)


def _cause(fact: Recorded, deadline: datetime | None) -> Cause:
    """Which cause a region's own new fact belongs to; a verdict is one whenever it is given."""
    if isinstance(fact.event, VERDICTS):
        return "verification"
    late = deadline is not None and fact.happened_at >= deadline
    return "deadline" if late else "own"


def _part(
    cause: Cause, change: Fraction, seqs: tuple[int, ...] = (), told: Sequence[Item] = ()
) -> Part:
    return Part(cause=cause, change=share(change), facts=len(seqs), seqs=seqs, items=tuple(told))


def _path(neighbour: Standing, stage: Stage) -> _Path:
    """A neighbour moves with the rules and, last, with its facts: it is folded twice at most."""
    new = items.new_of(neighbour)
    dossier = items.opened(neighbour.then)
    then = items.rounded(dossier, neighbour.rules_then, stage)
    ruled = items.rounded(dossier, neighbour.rules_now, stage)
    now = ruled
    if new:
        now = items.rounded(items.opened(neighbour.now), neighbour.rules_now, stage)
    return _Path(
        region=neighbour.region,
        name=neighbour.name,
        indexes=(then, *[ruled] * (len(COMPUTED) - 1), now),
        seqs=items.seqs_of(new),
    )


def _movement(
    stage: ranking.Stage, own: _Path, others: Sequence[_Path], told: Sequence[Part]
) -> Movement:
    """The places beside the points: `told` are the parts of the region's own index."""
    then, now = own.indexes[0], own.indexes[-1]
    rank_then, rank_now = _rank(own, others, 0), _rank(own, others, -1)
    placed = [other for other in others if other.indexes[-1] is not None]
    movement = Movement(
        stage=stage,
        index_then=then,
        index_now=now,
        rank_then=rank_then,
        rank_now=rank_now,
        of=1 + len(others),
        placed_now=len(placed) + (now is not None),
        tied=tuple(other.name for other in placed if other.indexes[-1] == now),
        places_gained=None,
        parts=(),
        neighbours=(),
        rounding=share(Fraction(0)),
    )
    if then is None or now is None or rank_then is None or rank_now is None:
        return movement
    parts = [*told, _part("neighbours", Fraction(0))]
    causes = [part.cause for part in parts]
    crossings = [_crossing(own, other, causes) for other in others]
    rounding = Fraction(now) - Fraction(then) - sum(part.change.exact for part in parts)
    return msgspec.structs.replace(
        movement,
        places_gained=rank_then - rank_now,
        parts=tuple(_placed(part, crossings, others) for part in parts),
        neighbours=tuple(crossing for crossing in crossings if crossing.turns),
        rounding=share(rounding),
    )


def _rank(own: _Path, others: Iterable[_Path], moment: int) -> int | None:
    standing = own.indexes[moment]
    if standing is None:
        return None
    return 1 + sum(_above(other.indexes[moment], standing) for other in others)


def _above(other: Decimal | None, own: Decimal | None) -> bool:
    return other is not None and own is not None and other > own


def _crossing(own: _Path, other: _Path, causes: Sequence[Cause]) -> Crossing:
    sides = [_above(*indexes) for indexes in zip(other.indexes, own.indexes, strict=True)]
    places = sides[0] - sides[-1]
    return Crossing(
        region=other.region,
        name=other.name,
        way="overtaken" if places > 0 else "overtook" if places < 0 else "both",
        places=places,
        index_then=other.indexes[0],
        index_now=other.indexes[-1],
        turns=tuple(
            Turn(cause=cause, places=earlier - later)
            for cause, (earlier, later) in zip(causes, pairwise(sides), strict=True)
            if earlier != later
        ),
        facts=len(other.seqs),
        first_seq=min(other.seqs, default=None),
        last_seq=max(other.seqs, default=None),
    )


def _placed(part: Part, crossings: Sequence[Crossing], others: Iterable[_Path]) -> Part:
    """The part with its places; the facts behind the last one are the neighbours'."""
    turns = [turn for crossing in crossings for turn in crossing.turns]
    theirs = sum(len(other.seqs) for other in others) if part.cause == "neighbours" else 0
    return msgspec.structs.replace(
        part,
        places=sum(turn.places for turn in turns if turn.cause == part.cause),
        facts=part.facts + theirs,
    )
