"""What might be done, as a caller says it: the words of a what-if, and the facts they stand for."""

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from shared.kernel import names, profiles
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.branch import Hypothesis
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.rules import levels
from shared.kernel.rules.ruleset import RuleSet

# A plan, not a season: one that changes more is better made as facts.
HYPOTHESES_MAX = 500


class ProfileBody(Profile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The profile of an innovation, as it is sent."""

    def profile(self) -> Profile:
        """As the event holds it."""
        return Profile(**{name: getattr(self, name) for name in Profile.__struct_fields__})


class Raise(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="raise"
):
    """The level is claimed, and accepted as claimed; without `innovation`, the region's own row."""

    indicator: str
    level: int
    innovation: str = ""


class Claim(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="claim"
):
    """The level is claimed, and no more; a verdict on an earlier claim falls away."""

    indicator: str
    level: int
    innovation: str = ""


class Add(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="add"):
    """An innovation is registered and sent for verification."""

    innovation: str
    profile: ProfileBody


class Revise(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="revise"
):
    """An innovation's profile is replaced, as when a date or a longer design is filled in."""

    innovation: str
    profile: ProfileBody


class Submit(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="submit"
):
    """An innovation is sent for verification."""

    innovation: str


class Withdraw(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do", tag="withdraw"
):
    """An innovation is taken out of the season."""

    innovation: str


Supposed = Raise | Claim | Add | Revise | Submit | Withdraw


def facts_of(year: int, supposed: Sequence[Supposed]) -> tuple[Hypothesis, ...]:
    """The facts that would be recorded, in order."""
    return tuple(fact for one in supposed for fact in _facts(year, one))


def _facts(year: int, one: Supposed) -> Iterator[Hypothesis]:
    name = one.innovation
    match one:
        case Raise() | Claim():
            code, level = one.indicator, one.level
            yield IndicatorClaimed(year=year, innovation=name, indicator=code, level=level)
            if isinstance(one, Raise):
                yield IndicatorAccepted(year=year, innovation=name, indicator=code, level=level)
        case Add():
            yield InnovationRegistered(year=year, innovation=name, profile=one.profile.profile())
            yield InnovationSubmitted(year=year, innovation=name)
        case Revise():
            yield InnovationRevised(year=year, innovation=name, profile=one.profile.profile())
        case Submit():
            yield InnovationSubmitted(year=year, innovation=name)
        case Withdraw():
            yield InnovationWithdrawn(year=year, innovation=name)


def check(hypotheses: Sequence[Hypothesis], rules: RuleSet, registered: Collection[str]) -> None:
    """Refuse what could never happen, in the order in which it is supposed: rows the rules do not
    have, levels there are not, profiles nobody could hand in, innovations that are not `registered`
    at that point, and registering one that is.
    """
    if not 1 <= len(hypotheses) <= HYPOTHESES_MAX:
        raise Refused("branch.hypotheses_out_of_range", hypotheses_max=HYPOTHESES_MAX)
    known = set(registered)
    for one in hypotheses:
        if isinstance(one, IndicatorClaimed | IndicatorAccepted):
            levels.must_exist(rules, one.indicator, of_innovation=bool(one.innovation))
            levels.must_be_level(one.level, level_min=0)
        if one.innovation or not isinstance(one, IndicatorClaimed | IndicatorAccepted):
            _check_innovation(one, known)


def _check_innovation(one: Hypothesis, known: set[str]) -> None:
    """One of them against the innovations `known` at that point, which it may change."""
    if not names.is_innovation(one.innovation):
        raise Refused("innovation.name_malformed")
    if isinstance(one, InnovationRegistered | InnovationRevised):
        profiles.check(one.profile)
    if isinstance(one, InnovationRegistered):
        if one.innovation in known:
            raise Refused("innovation.already_registered", innovation=one.innovation)
        known.add(one.innovation)
    elif one.innovation not in known:
        raise Missing("innovation.unknown", innovation=one.innovation)
    elif isinstance(one, InnovationWithdrawn):
        known.discard(one.innovation)


def named(hypotheses: Sequence[Hypothesis]) -> tuple[str, ...]:
    """The innovations that are spoken of; what cannot be a name is left to `check`."""
    return tuple(
        sorted({one.innovation for one in hypotheses if names.is_innovation(one.innovation)})
    )
