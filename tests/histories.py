"""Histories of one region's season, as intake could have recorded them, for hypothesis."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from shared.io import rulebook
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed, IndicatorReturned
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationReinstated,
    InnovationRejected,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.recorded import Event, Meta, Recorded
from shared.kernel.rules import ruleset

RULES = rulebook.rule_set_for_year(2026)
REGION_CODES = [row.code for row in ruleset.region_rows(RULES)]
INNOVATION_CODES = [row.code for row in ruleset.innovation_rows(RULES)]
START = datetime(2026, 6, 1, tzinfo=UTC)
INNOVATIONS = [f"inovasi-{number}" for number in range(1, 4)]
# As many as the divisor's floor of 2026, and the gate's affairs but one: what comes tips either.
GROWN = 12
COVERED = 4


# The rules of 2026 want 300 words, and two calendar years before the season.
DESIGN = "kata " * 300
DESIGNS = [DESIGN, DESIGN, "kata " * 299]
APPLIED = [date(2024, 1, 1), date(2025, 12, 31), date(2023, 12, 31), date(2026, 1, 1), None]
DEVELOPED = [None, date(2025, 6, 1), date(2023, 12, 31)]


def _profile(
    tahapan: str, urusan: int, design: str, applied: date | None, developed: date | None
) -> Profile:
    return Profile(
        name="Inovasi",
        tahapan=tahapan,
        main_urusan=urusan,
        design=design,
        implementation_date=applied,
        development_date=developed,
    )


profiles = st.builds(
    _profile,
    st.sampled_from(["penerapan", "penerapan", "uji_coba"]),
    st.integers(1, 8),
    st.sampled_from(DESIGNS),
    st.sampled_from([*APPLIED[:2] * 3, *APPLIED]),
    st.sampled_from(DEVELOPED),
)
names = st.sampled_from(INNOVATIONS)
slots = st.one_of(
    st.tuples(st.just(""), st.sampled_from(REGION_CODES[:4])),
    st.tuples(names, st.sampled_from(INNOVATION_CODES[:4])),
)


KINDS = [
    "registered",
    "registered",
    "revised",
    "submitted",
    "submitted",
    "withdrawn",
    "rejected",
    "reinstated",
    *["claimed"] * 4,
    *["accepted"] * 3,
    "returned",
]


@st.composite
def facts_of(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(KINDS))
    if kind in ("claimed", "accepted", "returned"):
        return _of_indicator(
            kind, *draw(slots), draw(st.integers(0 if kind == "claimed" else 1, 3))
        )
    return _of_innovation(kind, draw(names), draw(profiles))


def _of_indicator(kind: str, name: str, code: str, level: int) -> Event:
    if kind == "claimed":
        return IndicatorClaimed(year=2026, innovation=name, indicator=code, level=level)
    if kind == "accepted":
        return IndicatorAccepted(year=2026, innovation=name, indicator=code, level=level)
    return IndicatorReturned(year=2026, innovation=name, indicator=code, reason="lainnya")


def _of_innovation(kind: str, name: str, profile: Profile) -> Event:
    match kind:
        case "registered":
            return InnovationRegistered(year=2026, innovation=name, profile=profile)
        case "revised":
            return InnovationRevised(year=2026, innovation=name, profile=profile)
        case "submitted":
            return InnovationSubmitted(year=2026, innovation=name)
        case "withdrawn":
            return InnovationWithdrawn(year=2026, innovation=name)
        case "reinstated":
            return InnovationReinstated(year=2026, innovation=name)
        case _:
            return InnovationRejected(year=2026, innovation=name, reason="lainnya")


def _stream(event: Event) -> tuple[str, str]:
    return (getattr(event, "innovation", ""), getattr(event, "indicator", "-"))


def grown(innovations: int) -> Sequence[Event]:
    """So many innovations registered, claimed, sent and accepted."""
    events: list[Event] = []
    for number in range(1, innovations + 1):
        name, code = f"inovasi-{number}", INNOVATION_CODES[0]
        affair = number if number <= COVERED else COVERED + 3
        profile = _profile("penerapan", affair, DESIGN, APPLIED[0], None)
        events += [
            InnovationRegistered(year=2026, innovation=name, profile=profile),
            IndicatorClaimed(year=2026, innovation=name, indicator=code, level=2),
            InnovationSubmitted(year=2026, innovation=name),
            IndicatorAccepted(year=2026, innovation=name, indicator=code, level=2),
        ]
    return events


@st.composite
def histories(draw: st.DrawFn) -> Sequence[Recorded]:
    """Facts in order of recording; each may be stated for an earlier second than the last,
    though never earlier than its own stream's last fact, as intake ensures."""
    later = draw(st.lists(facts_of(), min_size=1, max_size=25))
    events = [*grown(draw(st.sampled_from([0, 0, 2, 2, GROWN]))), *later]
    reached: dict[tuple[str, str], int] = {}
    recorded = []
    for seq, event in enumerate(events, start=1):
        floor = reached.get(_stream(event), 0)
        second = draw(st.integers(floor, floor + 6))
        reached[_stream(event)] = second
        recorded.append(
            Recorded(
                tenant="63.10",
                seq=seq,
                stream="/".join(_stream(event)),
                version=1,
                event=event,
                meta=Meta(actor="a", role="r", occurred_at=START + timedelta(seconds=second)),
                recorded_at=START + timedelta(days=30, seconds=seq // 4),
            )
        )
    return recorded
