"""What intake decides about withdrawals, rejections, figures, reports, targets and what-ifs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from services.intake.core import branch, indicator, innovation, result, target
from services.intake.core.result import Counts
from shared.io import rulebook
from shared.kernel.errors import Failure
from shared.kernel.events.branch import Hypothesis
from shared.kernel.events.indicator import EvidenceReference, IndicatorClaimed
from shared.kernel.events.innovation import InnovationRegistered, InnovationWithdrawn, Profile
from shared.kernel.recorded import Event

RULES = rulebook.rule_set_for_year(2026)
PROFILE = Profile(name="SI UJI", tahapan="penerapan", main_urusan=2)
REGISTER = innovation.Register(year=2026, innovation="x", profile=PROFILE)
REVISED = Profile(name="SI UJI 2", tahapan="penerapan", main_urusan=2)
REVISE = innovation.Revise(year=2026, innovation="x", profile=REVISED)
SUBMIT = innovation.Submit(year=2026, innovation="x")
WITHDRAW = innovation.Withdraw(year=2026, innovation="x")
REJECT = innovation.Reject(year=2026, innovation="x", reason="bukan_pembaruan")
REINSTATE = innovation.Reinstate(year=2026, innovation="x")
FILE = EvidenceReference(sha256="a" * 64, size_bytes=1, media_type="application/pdf")


def lived(*commands: innovation.Command) -> innovation.Innovation:
    held = innovation.EMPTY
    for command in commands:
        for event in innovation.decide(command, held):
            held = innovation.evolve(held, event)
    return held


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        ((REGISTER, WITHDRAW), "withdrawn"),
        ((REGISTER, SUBMIT, WITHDRAW), "withdrawn"),
        ((REGISTER, WITHDRAW, WITHDRAW), "withdrawn"),
        ((REGISTER, WITHDRAW, REGISTER), "draft"),
        ((REGISTER, SUBMIT, REJECT), "rejected"),
        ((REGISTER, SUBMIT, REJECT, REJECT), "rejected"),
        ((REGISTER, SUBMIT, REJECT, REVISE), "draft"),
        ((REGISTER, SUBMIT, REJECT, REVISE, SUBMIT), "submitted"),
        ((REGISTER, SUBMIT, REJECT, WITHDRAW), "withdrawn"),
        ((REGISTER, SUBMIT, REJECT, REINSTATE), "submitted"),
        ((REGISTER, SUBMIT, REINSTATE), "submitted"),
        ((REGISTER, SUBMIT, REJECT, WITHDRAW, REGISTER, REVISE, SUBMIT), "submitted"),
    ],
)
def test_an_innovation_lives(commands: Sequence[innovation.Command], status: str) -> None:
    assert lived(*commands).status == status


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ((WITHDRAW,), "innovation.unknown"),
        ((REJECT,), "innovation.unknown"),
        ((REGISTER, REJECT), "verification.not_submitted"),
        ((REGISTER, SUBMIT, REJECT, SUBMIT), "innovation.rejected"),
        ((REGISTER, SUBMIT, REJECT, WITHDRAW, REGISTER, SUBMIT), "innovation.rejected"),
        ((REGISTER, REINSTATE), "verification.not_submitted"),
        ((REINSTATE,), "innovation.unknown"),
        ((REGISTER, WITHDRAW, REVISE), "innovation.withdrawn"),
        ((REGISTER, WITHDRAW, SUBMIT), "innovation.withdrawn"),
        ((REGISTER, WITHDRAW, REJECT), "innovation.withdrawn"),
        (
            (REGISTER, SUBMIT, innovation.Reject(year=2026, innovation="x", reason="malas")),
            "verification.unknown_rejection",
        ),
    ],
)
def test_what_an_innovation_may_not(commands: Sequence[innovation.Command], reason: str) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        lived(*commands)


def claim(code: str, **fields: Any) -> tuple[Event, ...]:
    asked = indicator.Claim(year=2026, innovation="", indicator=code, evidence=(FILE,), **fields)
    return indicator.decide(asked, indicator.EMPTY, RULES)


def test_a_figure_is_kept_beside_the_level_it_earns() -> None:
    (event,) = claim("SPD-05b", figure=Decimal("4.37"))
    assert isinstance(event, IndicatorClaimed)
    assert (event.level, event.figure) == (2, Decimal("4.37"))
    slot = indicator.evolve(indicator.EMPTY, event)
    same = indicator.Claim(
        year=2026, innovation="", indicator="SPD-05b", evidence=(FILE,), figure=Decimal("4.37")
    )
    assert indicator.decide(same, slot, RULES) == ()
    other = indicator.Claim(
        year=2026, innovation="", indicator="SPD-05b", evidence=(FILE,), figure=Decimal("4.38")
    )
    assert len(indicator.decide(other, slot, RULES)) == 1


@pytest.mark.parametrize(
    ("code", "fields", "reason"),
    [
        ("SPD-05b", {"figure": Decimal("4.37"), "level": 3}, "indicator.figure_disagrees"),
        ("SPD-01", {"figure": Decimal(1)}, "indicator.without_bands"),
        ("SPD-01", {}, "indicator.level_missing"),
    ],
)
def test_what_a_figure_may_not(code: str, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        claim(code, **fields)


REPORT = result.Report(
    year=2023, stage="mandiri", score=Decimal("63.85"), predikat="Sangat Inovatif", source="berita"
)


def told(command: result.Command) -> tuple[Event, ...]:
    return result.decide(command, result.EMPTY, "2023.1", "digest")


def test_a_report_is_said_once() -> None:
    (event,) = told(REPORT)
    held = result.evolve(result.EMPTY, event)
    assert result.decide(REPORT, held, "2023.1", "digest") == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"stage": "final"}, "ranking.unknown_stage"),
        ({"source": " "}, "result.source_missing"),
        ({"predikat": "Hebat"}, "result.unknown_predikat"),
        ({"counts": Counts(innovations=-1)}, "result.count_out_of_range"),
        ({"counts": Counts(agencies=100_001)}, "result.count_out_of_range"),
        (
            {"counts": Counts(agencies=35, agencies_total=34)},
            "result.more_agencies_than_there_are",
        ),
    ],
)
def test_what_a_report_may_not(changed: dict[str, Any], reason: str) -> None:
    fields = {name: getattr(REPORT, name) for name in result.Report.__struct_fields__}
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        told(result.Report(**(fields | changed)))


def test_a_target_looks_ahead_and_names_its_regulation() -> None:
    command = target.Set(year=2029, target=Decimal(70), instrument="Perda 3/2025")
    (event,) = target.decide(command, target.EMPTY)
    assert target.decide(command, target.evolve(target.EMPTY, event)) == ()
    with pytest.raises(Failure, match=r"target\.instrument_missing"):
        target.decide(msgspec.structs.replace(command, instrument=" "), target.EMPTY)
    with pytest.raises(Failure, match=r"season\.year_out_of_range"):
        target.decide(msgspec.structs.replace(command, year=2017), target.EMPTY)


RAISE = IndicatorClaimed(year=2026, indicator="SPD-01", level=3)


def save(**changed: Any) -> branch.Save:
    fields: dict[str, Any] = {
        "year": 2026,
        "branch": "rencana",
        "name": "Rencana",
        "cut_seq": 3,
        "head": 5,
        "hypotheses": (RAISE,),
    }
    return branch.Save(**(fields | changed))


def test_a_branch_is_saved_replaced_and_discarded() -> None:
    (event,) = branch.decide(save(), branch.EMPTY, RULES, ())
    held = branch.evolve(branch.EMPTY, event)
    assert branch.decide(save(), held, RULES, ()) == ()
    assert len(branch.decide(save(name="Lain"), held, RULES, ())) == 1
    assert branch.decide(save(cut_seq=None, head=9), held, RULES, ()) == ()
    assert len(branch.decide(save(cut_seq=4), held, RULES, ())) == 1
    discard = branch.Discard(year=2026, branch="rencana")
    (gone,) = branch.decide(discard, held, RULES, ())
    assert branch.decide(discard, branch.evolve(held, gone), RULES, ()) == ()
    assert len(branch.decide(save(), branch.evolve(held, gone), RULES, ())) == 1


WITHDRAWN = InnovationWithdrawn(year=2026, innovation="lama")
NAMELESS = InnovationRegistered(
    year=2026, innovation="baru", profile=Profile(name="", tahapan="penerapan", main_urusan=1)
)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"name": " "}, "branch.name_missing"),
        ({"cut_seq": 6}, "branch.cut_beyond_log"),
        ({"cut_seq": -1}, "branch.cut_beyond_log"),
        ({"hypotheses": ()}, "branch.hypotheses_out_of_range"),
        ({"hypotheses": (RAISE,) * 501}, "branch.hypotheses_out_of_range"),
        ({"hypotheses": (WITHDRAWN,)}, "innovation.unknown"),
        ({"hypotheses": (NAMELESS,)}, "innovation.name_missing"),
    ],
)
def test_what_a_branch_may_not(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        branch.decide(save(**changed), branch.EMPTY, RULES, ())
    with pytest.raises(Failure, match=r"branch\.unknown"):
        branch.decide(branch.Discard(year=2026, branch="x"), branch.EMPTY, RULES, ())


def test_a_corrected_rejection_is_said_again() -> None:
    held = lived(REGISTER, SUBMIT, REJECT)
    other = innovation.Reject(year=2026, innovation="x", reason="dilaporkan_ganda")
    assert len(innovation.decide(other, held)) == 1


def test_hypotheses_are_judged_in_their_order() -> None:
    brings = InnovationRegistered(year=2026, innovation="baru", profile=PROFILE)
    back = InnovationRegistered(year=2026, innovation="lama", profile=PROFILE)
    command = save(hypotheses=(brings, WITHDRAWN, back, RAISE))
    assert branch.presumed(command) == ("baru", "lama")
    assert len(branch.decide(command, branch.EMPTY, RULES, ["lama"])) == 1
    after = IndicatorClaimed(year=2026, indicator="SID-VIDEO", innovation="lama", level=1)
    impossible: list[tuple[tuple[Hypothesis, ...], str]] = [
        ((brings,), "innovation.already_registered"),
        ((WITHDRAWN, after), "innovation.unknown"),
    ]
    for hypotheses, reason in impossible:
        with pytest.raises(Failure, match=reason.replace(".", r"\.")):
            branch.decide(save(hypotheses=hypotheses), branch.EMPTY, RULES, ["lama", "baru"])
