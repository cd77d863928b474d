"""Incremental equals replay equals a reference written another way, for every history."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.core import timeline
from services.scoring.core.timeline import Entry
from shared.kernel.events.scoring import ScoreCalculated
from shared.kernel.recorded import Recorded
from shared.kernel.scorecard import STAGES, Innovation, Levels, Scorecard, worth
from tests import reference
from tests.histories import RULES, START, histories


def reference_of(facts: Sequence[Recorded], stage: str) -> reference.Told:
    """The reference's answer to facts in order of recording."""
    ordered = sorted(facts, key=lambda fact: fact.seq)
    return reference.index(2026, [msgspec.to_builtins(fact.event) for fact in ordered], stage)


def _split(history: Sequence[Recorded], cuts: Sequence[int]) -> Iterator[Sequence[Recorded]]:
    edges = sorted({0, len(history), *(cut % (len(history) + 1) for cut in cuts)})
    for first, last in pairwise(edges):
        yield history[first:last]


def _consume(
    entry: Entry, batch: Sequence[Recorded], past: Sequence[Recorded]
) -> list[ScoreCalculated]:
    """What the scoring service does with one batch."""
    said: list[ScoreCalculated] = []
    for piece in timeline.pieces(batch):
        outcome = timeline.advance(entry, piece)
        if outcome is not None:
            said.extend(outcome.said)
            continue
        timeline.apply_silently(entry, piece)
        said.extend(timeline.restate(entry, past[: piece[-1].seq], piece))
        entry.told_now()
    return said


def _restarted(entry: Entry) -> Entry:
    """The entry as it comes back from its stored bytes."""
    rules = entry.card.rules

    def levels(kept: Levels, *, region: bool) -> Levels:
        claimed, accepted = bytes(kept.claimed), bytes(kept.accepted)
        return Levels(
            bytearray(claimed),
            bytearray(accepted),
            worth(rules, claimed, region=region),
            worth(rules, accepted, region=region),
        )

    back = Entry(entry.year, rules, entry.rule_digest)
    back.happened_until = entry.happened_until
    back.card.region = levels(entry.card.region, region=True)
    for name, kept in entry.card.innovations.items():
        back.card.restore(
            name,
            Innovation(
                levels(kept.levels, region=False),
                registered=kept.registered,
                submitted=kept.submitted,
                rejected=kept.rejected,
                tahapan=kept.tahapan,
                main_urusan=kept.main_urusan,
                other_urusan=kept.other_urusan,
                candidate=kept.candidate,
            ),
        )
    back.told_now()
    return back


@given(histories())
def test_a_scorecard_changed_by_deltas_equals_the_reference(history: Sequence[Recorded]) -> None:
    card = Scorecard(RULES)
    for place, fact in enumerate(history, start=1):
        card.apply(fact.event)
        for stage in ("mandiri", "terverifikasi"):
            score = card.score(stage)
            told = (score.index, score.innovations, score.affairs)
            assert told == reference_of(history[:place], stage)


@given(histories(), st.randoms(use_true_random=False))
def test_facts_of_different_streams_commute(history: Sequence[Recorded], chance: Random) -> None:
    streams: dict[str, list[Recorded]] = {}
    for fact in history:
        streams.setdefault(fact.stream, []).append(fact)
    one, other = Scorecard(RULES), Scorecard(RULES)
    for fact in history:
        one.apply(fact.event)
    waiting = list(streams.values())
    while waiting:
        stream = chance.choice(waiting)
        other.apply(stream.pop(0).event)
        waiting = [stream for stream in waiting if stream]
    assert one.tally("mandiri") == other.tally("mandiri")
    assert one.tally("terverifikasi") == other.tally("terverifikasi")


@given(histories(), st.lists(st.integers(0, 100), max_size=6), st.booleans())
def test_history_equals_the_reference_at_every_second_of_both_clocks(
    history: Sequence[Recorded],
    cuts: Sequence[int],
    restart: bool,  # noqa: FBT001
) -> None:
    """Any batch split and any restart: the last point before a second tells the score then."""
    entry = Entry(2026, RULES, "digest")
    said: list[ScoreCalculated] = []
    for batch in _split(history, cuts):
        said.extend(_consume(entry, batch, history[: batch[-1].seq]))
        entry = _restarted(entry) if restart else entry
    for second in range(max((_second(fact) for fact in history), default=0) + 1):
        happened = [fact for fact in history if _second(fact) <= second]
        for stage in STAGES:
            assert _as_of(said, stage, second) == reference_of(happened, stage)
    for known_until in {fact.recorded_at + timedelta(seconds=1) for fact in history}:
        known = [fact for fact in history if fact.recorded_at < known_until]
        told = [point for point in said if point.known_at < known_until]
        for stage in STAGES:
            assert _as_of(told, stage, FOR_EVER) == reference_of(known, stage)


FOR_EVER = 10_000_000


def _second(fact: Recorded) -> int:
    return int((fact.happened_at - START).total_seconds())


def _as_of(said: Sequence[ScoreCalculated], stage: str, second: int) -> reference.Told:
    """The read model's rule: of the points before the second's end, the latest, then the newest."""
    until = START + timedelta(seconds=second + 1)
    known = [
        (point.happened_at, place, point)
        for place, point in enumerate(said)
        if point.stage == stage and point.happened_at < until
    ]
    if not known:
        return Decimal("0.00"), 0, 0
    point = max(known, key=lambda candidate: candidate[:2])[2]
    return point.index, point.innovations, point.affairs


@given(histories(), st.lists(st.integers(0, 100), max_size=6))
def test_restarted_or_not_the_same_is_said(
    history: Sequence[Recorded], cuts: Sequence[int]
) -> None:
    steady, restarted = Entry(2026, RULES, "digest"), Entry(2026, RULES, "digest")
    for batch in _split(history, cuts):
        restarted = _restarted(restarted)
        past = history[: batch[-1].seq]
        assert _consume(steady, batch, past) == _consume(restarted, batch, past)
