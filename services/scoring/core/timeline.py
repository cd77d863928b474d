"""How a season's score moved: one point for each second in which facts changed it.

Two clocks: `happened_at` is when the facts took place, `known_at` when they were recorded. Facts
that come in their own order are appended as they are applied; one that is stated for an earlier
moment makes the points after it be stated again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from msgspec import Struct

from shared.kernel.events.scoring import ScoreCalculated
from shared.kernel.recorded import Event, Recorded
from shared.kernel.rules.formula import Score
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import BEARING, STAGES, Scorecard, Stage

BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)


class Entry:
    """One region's season as scoring holds it: its scorecard and how far its clock has come."""

    def __init__(self, year: int, rules: RuleSet, rule_digest: str) -> None:
        self.year = year
        self.rule_digest = rule_digest
        self.card = Scorecard(rules)
        self.happened_until = BEFORE_ALL
        self.told: dict[str, Score] = {}
        # A stage is told when it differs from nothing: restarted or not, the same is said.
        self.told_now()

    def told_now(self) -> None:
        """What is on the card has been told: true after every commit."""
        self.told = {stage: self.card.score(stage) for stage in STAGES}


class Outcome(Struct, frozen=True):
    """What a batch made of an entry: events to record, innovations touched ("" is the region)."""

    said: tuple[ScoreCalculated, ...]
    touched: frozenset[str]


def bears_on_score(event: Event) -> bool:
    """Whether a fact can change a computed score; calendars, results, targets, what-ifs cannot."""
    return isinstance(event, BEARING)


def advance(entry: Entry, batch: Sequence[Recorded]) -> Outcome | None:
    """Apply a batch that comes in its own order; None, before touching anything, if it does not.

    Like everything here, it is given only facts that bear on the score.
    """
    if not _in_order(entry, batch):
        return None
    return _told(entry, batch)


def apply_silently(entry: Entry, batch: Sequence[Recorded]) -> frozenset[str]:
    """Bring the card up to date without telling how it came there."""
    touched = set()
    for recorded in batch:
        name = entry.card.apply(recorded.event)
        if name is not None:
            touched.add(name)
        entry.happened_until = max(entry.happened_until, recorded.happened_at)
    return frozenset(touched)


def pieces(batch: Iterable[Recorded]) -> Iterator[Sequence[Recorded]]:
    """A batch cut where the second of recording changes, so that what is told of each moment of
    knowing does not depend on how facts were batched.
    """
    for _, piece in groupby(batch, key=lambda recorded: _second(recorded.recorded_at)):
        yield tuple(piece)


def restate(
    entry: Entry, history: Sequence[Recorded], piece: Sequence[Recorded]
) -> tuple[ScoreCalculated, ...]:
    """The points that facts stated for earlier moments change, told again; `history` ends with
    the piece.

    Whoever asks for a moment reads the last point before it. So a second is told again where its
    score is another than before, and where the score now changes though it did not before: there
    nothing stands that could be read.
    """
    last = piece[-1]
    new_seqs = {recorded.seq for recorded in piece}
    before = _by_second(entry, [fact for fact in history if fact.seq not in new_seqs])
    after = _by_second(entry, history)
    said: list[ScoreCalculated] = []
    blank = Scorecard(entry.card.rules)
    for stage in STAGES:
        was = now = blank.score(stage)
        for second in sorted({*before, *after}):
            was_before, now_before = was, now
            was = before[second].scores[stage] if second in before else was
            now = after[second].scores[stage]
            if now != was or (now != now_before and was == was_before):
                told = after[second].fact
                point = _point(entry, stage, now, told, last.seq, last.recorded_at)
                said.append(point)
    return tuple(said)


class _Second(Struct, frozen=True):
    """The scores at the end of a second, and the last fact of it."""

    fact: Recorded
    scores: dict[Stage, Score]


def _by_second(entry: Entry, facts: Sequence[Recorded]) -> dict[datetime, _Second]:
    """Every second with facts, in the order in which they happened."""
    card = Scorecard(entry.card.rules)
    ordered = sorted(facts, key=lambda fact: (fact.happened_at, fact.seq))
    seconds: dict[datetime, _Second] = {}
    for second, together in groupby(ordered, key=lambda fact: _second(fact.happened_at)):
        for fact in together:
            card.apply(fact.event)
        seconds[second] = _Second(fact, {stage: card.score(stage) for stage in STAGES})
    return seconds


def _in_order(entry: Entry, batch: Sequence[Recorded]) -> bool:
    reached = entry.happened_until
    for recorded in batch:
        if recorded.happened_at < reached:
            return False
        reached = recorded.happened_at
    return True


def _told(entry: Entry, batch: Sequence[Recorded]) -> Outcome:
    """Apply in order, telling the score at the end of every second in which it changed."""
    said: list[ScoreCalculated] = []
    touched = set()
    for place, recorded in enumerate(batch):
        name = entry.card.apply(recorded.event)
        if name is not None:
            touched.add(name)
        entry.happened_until = max(entry.happened_until, recorded.happened_at)
        if place + 1 < len(batch) and _same_second(recorded, batch[place + 1]):
            continue
        said.extend(_changes(entry, recorded))
    return Outcome(tuple(said), frozenset(touched))


def _changes(entry: Entry, recorded: Recorded) -> Iterable[ScoreCalculated]:
    for stage in STAGES:
        score = entry.card.score(stage)
        if entry.told.get(stage) == score:
            continue
        entry.told[stage] = score
        yield _point(entry, stage, score, recorded, recorded.seq, recorded.recorded_at)


def _point(
    entry: Entry,
    stage: Stage,
    score: Score,
    fact: Recorded,
    cut_seq: int,
    known_at: datetime,
) -> ScoreCalculated:
    return ScoreCalculated(
        year=entry.year,
        stage=stage,
        rule_set=entry.card.rules.id,
        rule_digest=entry.rule_digest,
        index=score.index,
        predikat=score.predikat,
        spd=score.spd,
        mean=score.mean,
        number=score.number,
        innovations=score.innovations,
        divisor=score.divisor,
        affairs=score.affairs,
        complete=score.complete,
        rejected=score.rejected,
        cut_seq=cut_seq,
        happened_at=fact.happened_at,
        known_at=known_at,
    )


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _same_second(one: Recorded, other: Recorded) -> bool:
    return _second(one.happened_at) == _second(other.happened_at) and _second(
        one.recorded_at
    ) == _second(other.recorded_at)
