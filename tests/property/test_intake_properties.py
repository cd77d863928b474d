"""Laws of intake's decisions: a repeated command is silent, a verdict rests on what was seen."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.intake.core import indicator, innovation, result, season, verdict
from services.intake.core.indicator import Claim, Slot
from services.intake.core.verdict import Accept, Return
from shared.io import rulebook
from shared.kernel.errors import Failure
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.events.innovation import Profile
from shared.kernel.recorded import Event
from shared.kernel.scorecard import Scorecard

RULES = rulebook.rule_set_for_year(2026)
FILES = [
    EvidenceReference(sha256=letter * 64, size_bytes=1, media_type="application/pdf")
    for letter in "abc"
]

levels = st.integers(-1, 4)
some_files = st.lists(st.sampled_from(FILES), max_size=3, unique=True).map(tuple)
names = some_files.map(lambda files: tuple(file.sha256 for file in files))
code = st.sampled_from(["SID-REGULASI", "SPD-01", "SID-NIHIL"])
commands = st.one_of(
    st.builds(
        Claim,
        year=st.just(2026),
        innovation=st.just("x"),
        indicator=code,
        level=levels,
        evidence=some_files,
    ),
    st.builds(
        Accept,
        year=st.just(2026),
        innovation=st.just("x"),
        indicator=code,
        level=levels,
        evidence=names,
    ),
    st.builds(
        Return,
        year=st.just(2026),
        innovation=st.just("x"),
        indicator=code,
        reason=st.sampled_from(["lainnya", "malas"]),
        evidence=names,
    ),
)


Command = Claim | Accept | Return


def _decided(command: Command, slot: Slot) -> tuple[Event, ...]:
    if isinstance(command, Claim):
        return indicator.decide(command, slot, RULES)
    return verdict.decide(command, slot, RULES)


def _played(given_commands: Sequence[Command]) -> tuple[Slot, list[Event]]:
    slot, told = indicator.EMPTY, []
    for command in given_commands:
        try:
            events = _decided(command, slot)
        except Failure:
            continue
        for event in events:
            slot = indicator.evolve(slot, event)
            told.append(event)
    return slot, told


@given(st.lists(commands, max_size=12), commands)
def test_a_repeated_indicator_command_is_silent(
    before: Sequence[Command], command: Command
) -> None:
    slot, _ = _played(before)
    try:
        events = _decided(command, slot)
    except Failure:
        return
    for event in events:
        slot = indicator.evolve(slot, event)
    assert _decided(command, slot) == ()


@given(st.lists(commands, max_size=12))
def test_nothing_accepted_exceeds_what_is_claimed_with_files(
    given_commands: Sequence[Command],
) -> None:
    slot, _ = _played(given_commands)
    assert 0 <= slot.accepted_level <= slot.level <= 3
    assert bool(slot.level) == bool(slot.evidence)
    assert slot.accepted_level == 0 or slot.status == "accepted"


@given(st.lists(commands, max_size=12))
def test_scoring_counts_exactly_what_intake_holds(
    given_commands: Sequence[Command],
) -> None:
    """The two folds of the same facts, by two services, agree."""
    slot, told = _played(given_commands)
    card = Scorecard(RULES)
    for event in told:
        card.apply(event)
    kept = card.innovations.get("x")
    claimed = sum(kept.levels.claimed) if kept else 0
    accepted = sum(kept.levels.accepted) if kept else 0
    assert (claimed, accepted) == (slot.level, slot.accepted_level)


profiles = st.builds(
    Profile,
    name=st.sampled_from(["SI A", "SI B", " "]),
    tahapan=st.sampled_from(["penerapan", "mimpi"]),
    main_urusan=st.integers(0, 39),
)
profile_commands = st.one_of(
    st.builds(innovation.Register, year=st.just(2026), innovation=st.just("x"), profile=profiles),
    st.builds(innovation.Revise, year=st.just(2026), innovation=st.just("x"), profile=profiles),
    st.just(innovation.Submit(year=2026, innovation="x")),
)


@given(st.lists(profile_commands, max_size=8), profile_commands)
def test_a_repeated_innovation_command_is_silent(
    before: Sequence[innovation.Command], command: innovation.Command
) -> None:
    held = innovation.EMPTY
    for each in [*before, command]:
        try:
            events = innovation.decide(each, held)
        except Failure:
            continue
        for event in events:
            held = innovation.evolve(held, event)
        if each is command and events:
            assert innovation.decide(command, held) == ()


season_commands = st.one_of(
    st.builds(
        season.Open,
        year=st.just(2026),
        rule_set=st.sampled_from(["2026.1", "2027.1"]),
        rules_year=st.just(2026),
        rule_digest=st.just("d"),
    ),
    st.just(season.Close(year=2026, at=datetime(2026, 8, 23, tzinfo=UTC))),
)


@given(st.lists(season_commands, max_size=6), season_commands)
def test_a_repeated_season_command_is_silent(
    before: Sequence[season.Command], command: season.Command
) -> None:
    held = season.EMPTY
    for each in [*before, command]:
        try:
            events = season.decide(each, held)
        except Failure:
            continue
        for event in events:
            held = season.evolve(held, event)
        if each is command:
            assert season.decide(command, held) == ()


@given(st.decimals(0, 100, places=2))
def test_a_repeated_result_is_silent(score: Decimal) -> None:
    command = result.Publish(year=2024, score=score, predikat="Inovatif", source="uji")
    (event,) = result.decide(command, result.EMPTY, "2024.1", "d")
    held = result.evolve(result.EMPTY, event)
    assert result.decide(command, held, "2024.1", "d") == ()
