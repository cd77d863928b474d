"""Roles as facts: held once, withdrawn once, and gone with the person."""

from functools import reduce

import pytest

from services.intake.core import operating, person
from services.intake.core.indicator import Claim
from services.intake.core.innovation import Innovation, Register, Revise
from services.intake.core.together import Together
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.access import PersonErased, RoleGranted, RoleWithdrawn
from shared.kernel.events.innovation import Profile
from shared.kernel.recorded import Event

WHO = "p-0000000000000001"


def grant(name: str = "g-1", role: str = "operator", agency: str = "dinkes") -> person.Grant:
    return person.Grant(person=WHO, grant=name, role=role, agency=agency)


def after(*commands: person.Command) -> person.Person:
    state = person.EMPTY
    for command in commands:
        state = reduce(person.evolve, person.decide(command, state), state)
    return state


def decided(command: person.Command, *before: person.Command) -> tuple[Event, ...]:
    return person.decide(command, after(*before))


def test_a_role_is_held_once_for_each_agency() -> None:
    assert decided(grant()) == (
        RoleGranted(grant="g-1", person=WHO, role="operator", agency="dinkes"),
    )
    assert decided(grant("g-2"), grant()) == ()
    assert len(decided(grant("g-2", agency="disdik"), grant())) == 1


def test_what_is_withdrawn_can_be_granted_again() -> None:
    withdrawn = person.Withdraw(person=WHO, grant="g-1", reason="Pindah.")
    assert decided(withdrawn, grant()) == (
        RoleWithdrawn(grant="g-1", person=WHO, reason="Pindah."),
    )
    assert len(decided(grant("g-2"), grant(), withdrawn)) == 1
    with pytest.raises(Missing):
        decided(withdrawn, grant(), withdrawn)
    with pytest.raises(Missing):
        decided(withdrawn)


def test_erasing_ends_every_role_and_nothing_follows_it() -> None:
    erase = person.Erase(person=WHO, reason="Diminta.")
    told = decided(erase, grant(), grant("g-2", agency="disdik"))
    assert [type(event) for event in told] == [RoleWithdrawn, RoleWithdrawn, PersonErased]
    assert decided(erase, grant(), erase) == ()
    with pytest.raises(Refused):
        decided(grant("g-3"), grant(), erase)
    with pytest.raises(Missing):
        decided(erase)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_given(reason: str) -> None:
    with pytest.raises(Refused):
        decided(person.Withdraw(person=WHO, grant="g-1", reason=reason), grant())
    with pytest.raises(Refused):
        decided(person.Erase(person=WHO, reason=reason), grant())


def test_roles_are_not_collected_without_end() -> None:
    held = [grant(f"g-{n}", agency=f"dinas-{n}") for n in range(person.ROLES_MAX)]
    with pytest.raises(Refused):
        decided(grant("g-x", agency="lain"), *held)


# What an operator may say.


def profile(agency: str) -> Profile:
    return Profile(name="SI UJI", tahapan="penerapan", main_urusan=2, agency=agency)


HELD = {
    "milik": Innovation(profile=profile("dinkes")),
    "lain": Innovation(profile=profile("disdik")),
    "tanpa": Innovation(profile=profile("")),
}


def held(name: str) -> Innovation:
    return HELD.get(name, Innovation())


def claim(name: str) -> Claim:
    return Claim(year=2026, indicator="SID-VIDEO", level=1, innovation=name, evidence=())


def revise(name: str, agency: str) -> Revise:
    return Revise(year=2026, innovation=name, profile=profile(agency))


def test_an_operator_speaks_of_the_agencys_own() -> None:
    for command in (
        Register(year=2026, innovation="baru", profile=profile("dinkes")),
        revise("milik", "dinkes"),
        claim("milik"),
        Together(year=2026, reports=(claim("milik"),)),
    ):
        operating.must_be_own("dinkes", command, held)


@pytest.mark.parametrize("name", ["lain", "tanpa", "tidak-ada", ""])
def test_anything_else_does_not_exist(name: str) -> None:
    for command in (
        claim(name),
        revise(name, "dinkes"),
        Together(year=2026, reports=(claim(name),)),
    ):
        with pytest.raises(Missing) as missing:
            operating.must_be_own("dinkes", command, held)
        assert missing.value.reason == "innovation.unknown"


@pytest.mark.parametrize("agency", ["disdik", ""])
def test_nothing_is_reported_in_another_agencys_name(agency: str) -> None:
    for command in (
        Register(year=2026, innovation="baru", profile=profile(agency)),
        revise("milik", agency),
    ):
        with pytest.raises(Refused) as refused:
            operating.must_be_own("dinkes", command, held)
        assert refused.value.reason == "agency.not_yours"


def test_what_nobody_thought_of_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        operating.must_be_own("dinkes", grant(), held)
    assert refused.value.reason == "role.not_allowed"
