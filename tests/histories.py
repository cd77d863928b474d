"""Histories of one region's season, as intake could have recorded them, for hypothesis."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from shared.io import rulebook
from shared.kernel.events.intake import (
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
    Profile,
)
from shared.kernel.recorded import Event, Meta, Recorded
from shared.kernel.rules import ruleset

RULES = rulebook.rule_set_for_year(2026)
REGION_CODES = [row.code for row in ruleset.region_rows(RULES)]
INNOVATION_CODES = [row.code for row in ruleset.innovation_rows(RULES)]
START = datetime(2026, 6, 1, tzinfo=UTC)
INNOVATIONS = [f"inovasi-{number}" for number in range(1, 5)]


def _profile(tahapan: str, urusan: int) -> Profile:
    return Profile(name="Inovasi", tahapan=tahapan, main_urusan=urusan)


profiles = st.builds(
    _profile, st.sampled_from(["penerapan", "penerapan", "uji_coba"]), st.integers(1, 8)
)
names = st.sampled_from(INNOVATIONS)
slots = st.one_of(
    st.tuples(st.just(""), st.sampled_from(REGION_CODES[:4])),
    st.tuples(names, st.sampled_from(INNOVATION_CODES[:5])),
)


@st.composite
def facts_of(draw: st.DrawFn) -> Event:
    kind = draw(
        st.sampled_from(
            [
                "registered",
                "revised",
                "submitted",
                "claimed",
                "claimed",
                "claimed",
                "accepted",
                "accepted",
                "returned",
            ]
        )
    )
    if kind in ("registered", "revised", "submitted"):
        name = draw(names)
        if kind == "registered":
            return InnovationRegistered(year=2026, innovation=name, profile=draw(profiles))
        if kind == "revised":
            return InnovationRevised(year=2026, innovation=name, profile=draw(profiles))
        return InnovationSubmitted(year=2026, innovation=name)
    name, code = draw(slots)
    level = draw(st.integers(0 if kind == "claimed" else 1, 3))
    if kind == "claimed":
        return IndicatorClaimed(year=2026, innovation=name, indicator=code, level=level)
    if kind == "accepted":
        return IndicatorAccepted(year=2026, innovation=name, indicator=code, level=level)
    return IndicatorReturned(year=2026, innovation=name, indicator=code, reason="lainnya")


def _stream(event: Event) -> tuple[str, str]:
    return (getattr(event, "innovation", ""), getattr(event, "indicator", "-"))


@st.composite
def histories(draw: st.DrawFn) -> Sequence[Recorded]:
    """Facts in order of recording; each may be stated for an earlier second than the last,
    though never earlier than its own stream's last fact, as intake ensures."""
    events = draw(st.lists(facts_of(), min_size=1, max_size=25))
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
