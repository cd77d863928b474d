"""What is served of a region at any instant is, byte for byte, what the auditors' program makes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from deploy.verifier import periksa
from deploy.verifier.periksa import Books, Findings, LogReader, Rankings, Replay
from services.projection.core import replay
from services.projection.core.replay import Edge, Instant
from shared.io import rulebook
from shared.kernel.recorded import Recorded
from shared.kernel.scorecard import STAGES
from tests import bundles
from tests.bundles import MINISTRY, START, YEAR, Before
from tests.histories import RULES, histories

REGION = "63.10"
LAW = periksa.read_rules(
    {"rules/2026.toml": (rulebook.RULES / "2026.toml").read_bytes()}, Findings()
)
SECOND = timedelta(seconds=1)
seconds = st.integers(-5, 200)


def facts_of(history: Sequence[Recorded]) -> list[Recorded]:
    """As a whole log has them, entry first."""
    told = [
        bundles.Told(
            event=fact.event,
            second=(fact.recorded_at - START).total_seconds(),
            happened=(fact.happened_at - START).total_seconds(),
        )
        for fact in history
    ]
    return bundles.recorded(REGION, [bundles.entry(), *told])


def replayed(facts: Sequence[Recorded], cut: datetime, end: datetime, clock: str) -> str:
    """What the program prints of the region's state."""
    findings = Findings()
    logs = {
        code: LogReader(code, [], findings).read(
            bundles.ndjson([bundles.line_of(fact) for fact in own])
        )
        for code, own in {
            REGION: facts,
            MINISTRY: bundles.recorded(MINISTRY, bundles.opening()),
        }.items()
    }
    known = periksa.Instant(microseconds(cut))
    rankings = Rankings(Books(logs, LAW, findings), {}, frozenset(), known, findings)
    asked = Replay(REGION, YEAR, None, (microseconds(end),), clock)
    (line,) = periksa.replayed(asked, rankings)
    assert findings.problems == []
    return line


def microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


@given(histories() | st.just(()), seconds, seconds, st.sampled_from(periksa.CLOCKS))
def test_a_state_is_the_same_bytes_from_both(
    history: Sequence[Recorded], cut: int, end: int, clock: str
) -> None:
    known, until = START + timedelta(seconds=cut), START + timedelta(seconds=end)
    facts = facts_of(history)
    if clock == "known":
        instant = Instant(known_until=min(known, until))
    else:
        instant = Instant(known_until=known, happened_until=until)
    before = Before(known=instant.known_until, happened=instant.happened_until or bundles.LATEST)
    indexes: dict[str, Decimal | None] = {
        stage: bundles.score_of(facts, stage, before) or Decimal(0) for stage in STAGES
    }
    ours = replay.state(REGION, YEAR, instant, facts, RULES, {**indexes, "final": None})
    assert replay.spelled(ours).decode() == replayed(facts, known, until, clock)


@given(st.lists(st.lists(st.integers(0, 40), max_size=8), max_size=4), st.data())
def test_a_cut_knows_every_fact_of_its_seconds_and_none_behind(
    logs: list[list[int]], data: st.DataObject
) -> None:
    """Moments in quarters of a second; each log is cut anywhere."""
    edges, within, behind = [], [], []
    for moments in logs:
        told = [START + timedelta(seconds=each / 4) for each in sorted(moments)]
        size = data.draw(st.integers(0, len(told)))
        within += told[:size]
        behind += told[size:]
        edges.append(
            Edge(
                last=told[size - 1] if size else None,
                beyond=told[size] if size < len(told) else None,
            )
        )
    until = replay.known_until(edges)
    assert until.microsecond == 0
    assert all(moment >= until for moment in behind)
    if within and not any(moment < until + SECOND for moment in behind):
        assert all(moment < until + SECOND for moment in within)
