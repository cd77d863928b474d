"""What auditors should look at: each kind is found by its facts, and not by facts like them."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.projection import telling
from services.projection.core.findings import looking
from services.projection.core.findings.finding import SEVERITIES, Finding, Kind
from services.projection.core.findings.looking import Looked
from services.projection.core.findings.timing import BURST_FACTS, NIGHT_FACTS, Freeze
from shared.kernel.events.finding import FindingDismissed
from shared.kernel.events.innovation import InnovationReinstated, InnovationRejected
from shared.kernel.recorded import Event, Recorded
from tests.told import (
    SID,
    SPD,
    YEAR,
    ZONE,
    accepted,
    claimed,
    day,
    facts,
    file,
    registered,
    returned,
)

REGION, VERIFIER = "daerah", "verifikator"
HOUR = 1 / 24


def said(*told: tuple[float, str, Event]) -> list[Recorded]:
    """What a client said on which day; day 0 begins at 09.00 in the region."""
    return [
        replace(fact, meta=replace(fact.meta, command=f"{client} perintah-{fact.seq}"))
        for fact, (_, client, _) in zip(
            facts(*((number, event) for number, _, event in told)), told, strict=True
        )
    ]


def found(
    told: Sequence[Recorded],
    kind: Kind,
    *,
    freezes: Sequence[Freeze] = (),
    elsewhere: dict[str, set[str]] | None = None,
) -> list[Finding]:
    at = Looked(facts=told, year=YEAR, zone=ZONE, freezes=freezes, elsewhere=elsewhere or {})
    return [one for one in looking.findings(at) if one.kind == kind]


CLAIMED = (0.0, REGION, claimed(2, file("a")))


def test_a_verdict_by_whoever_claimed_is_found() -> None:
    own = said(CLAIMED, (1, REGION, accepted(2)))
    (told,) = found(own, "own_verdict")
    assert (told.seqs, told.count, told.severity) == ((1, 2), 1, "high")
    assert SPD in told.subject
    other = said(CLAIMED, (1, VERIFIER, accepted(2)))
    assert found(other, "own_verdict") == []


def test_what_one_command_says_is_one_answer() -> None:
    told = said((0, VERIFIER, claimed(2, file("a"))), (0, VERIFIER, accepted(2)))
    together = [replace(fact, meta=told[0].meta) for fact in told]
    assert found(together, "own_verdict") == []
    assert found(told, "own_verdict") != []


def test_a_verdict_that_became_another_without_a_new_claim_is_found() -> None:
    turned = said(
        CLAIMED,
        (1, VERIFIER, accepted(2)),
        (2, "lain", returned()),
        (3, "lain", accepted(1)),
    )
    (told,) = found(turned, "reversed")
    assert (told.seqs, told.count) == ((2, 3, 4), 2)
    anew = said(
        CLAIMED,
        (1, VERIFIER, returned()),
        (2, REGION, claimed(2, file("b"))),
        (3, VERIFIER, accepted(2)),
    )
    assert found(anew, "reversed") == []
    same = said(CLAIMED, *((n, VERIFIER, accepted(2)) for n in (1, 2)))
    assert found(same, "reversed") == []


def test_a_rejection_taken_back_is_found() -> None:
    rejected = InnovationRejected(year=YEAR, innovation="tapis", reason="bukan_inovasi", note="x")
    back = InnovationReinstated(year=YEAR, innovation="tapis", note="keliru")
    told = said((0, REGION, registered("tapis")), (1, VERIFIER, rejected), (2, VERIFIER, back))
    assert [one.seqs for one in found(told, "reversed")] == [(2, 3)]
    assert found(told[:2], "reversed") == []


def test_one_file_for_several_innovations_is_found_while_both_claim_it() -> None:
    two = said(
        (0, REGION, claimed(2, file("a"), innovation="tapis")),
        (1, REGION, claimed(2, file("a"), innovation="lain")),
    )
    (told,) = found(two, "repeated_file")
    assert (told.subject, told.count, told.seqs) == ("a" * 64, 2, (1, 2))
    mended = said(
        (0, REGION, claimed(2, file("a"), innovation="tapis")),
        (1, REGION, claimed(2, file("a"), innovation="lain")),
        (2, REGION, claimed(2, file("b"), innovation="lain")),
    )
    assert found(mended, "repeated_file") == []
    twice = said(
        (0, REGION, claimed(2, file("a"), innovation="tapis")),
        (1, REGION, claimed(3, file("a"), innovation="tapis")),
    )
    assert found(twice, "repeated_file") == []


def test_one_file_of_several_regions_is_found() -> None:
    told = said(CLAIMED)
    (one,) = found(told, "shared_file", elsewhere={"a" * 64: {"63.11", "63.01"}, "b" * 64: {"1"}})
    assert (one.regions, one.count, one.severity) == (("63.01", "63.11"), 2, "high")
    assert found(told, "shared_file", elsewhere={"a" * 64: set()}) == []


@pytest.mark.parametrize(
    ("freeze", "seqs"),
    [
        ((day(1), None), (2, 3)),
        ((day(1), day(2.5)), (2,)),
        ((day(2), None), (3,)),
        ((day(9), None), ()),
    ],
)
def test_what_moves_a_score_after_the_freeze_is_found(
    freeze: Freeze, seqs: tuple[int, ...]
) -> None:
    told = said(CLAIMED, (2, VERIFIER, accepted(2)), (3, REGION, claimed(3, file("b"))))
    assert [one.seqs for one in found(told, "after_freeze", freezes=[freeze])] == [seqs] * bool(
        seqs
    )


def test_clocks_that_disagree_are_found() -> None:
    near, far = timedelta(seconds=59), timedelta(seconds=61)
    told = said(CLAIMED, CLAIMED, CLAIMED)
    received = [
        replace(fact, meta=replace(fact.meta, received_at=fact.recorded_at + apart))
        for fact, apart in zip(told, (-near, -far, far), strict=True)
    ]
    assert [one.seqs for one in found(received, "clock")] == [(2, 3)]
    assert found(told, "clock") == []


def test_what_is_stated_for_long_before_is_found_by_its_basis() -> None:
    told = said((10, REGION, CLAIMED[2]), (10, REGION, CLAIMED[2]), (10, REGION, CLAIMED[2]))
    stated = [
        replace(fact, meta=replace(fact.meta, occurred_at=day(occurred), basis=basis))
        for fact, occurred, basis in zip(
            told, (1, 2, 9), ("Surat 1", "Surat 2", "Surat 1"), strict=True
        )
    ]
    by_basis = {one.subject: one.seqs for one in found(stated, "back_dated")}
    assert by_basis == {"Surat 1": (1,), "Surat 2": (2,)}


@pytest.mark.parametrize(("number", "findings"), [(BURST_FACTS, 1), (BURST_FACTS - 1, 0)])
def test_more_than_anybody_could_think_over_in_an_hour_is_found(number: int, findings: int) -> None:
    many = said(*((0, REGION, CLAIMED[2]) for _ in range(number)))
    assert len(found(many, "burst")) == findings
    spread = said(*((n * HOUR, REGION, CLAIMED[2]) for n in range(number)))
    assert found(spread, "burst") == []
    shared = said(*((0, f"{REGION}-{n % 2}", CLAIMED[2]) for n in range(number)))
    assert found(shared, "burst") == []


@pytest.mark.parametrize(
    ("hours", "nights"),
    [(14, 1), (19.9, 1), (13.9, 0), (20, 0), (0, 0)],
    ids=["23.00", "04.54", "22.54", "05.00", "09.00"],
)
def test_the_small_hours_are_found(hours: float, nights: int) -> None:
    told = said(*((hours * HOUR, REGION, CLAIMED[2]) for _ in range(NIGHT_FACTS)))
    assert [one.subject for one in found(told, "night")] == ["2026-06-01"] * nights
    assert found(told[1:], "night") == []


def test_a_month_of_silence_is_found() -> None:
    quiet = said(CLAIMED, (30, REGION, CLAIMED[2]), (59.9, REGION, CLAIMED[2]))
    (told,) = found(quiet, "silence")
    assert (told.seqs, told.count) == ((1, 2), 30)


def dismissed(finding: Finding, upto: int, client: str = "kementerian") -> tuple[float, str, Event]:
    event = FindingDismissed(
        year=YEAR, finding=finding.id, kind=finding.kind, reason="Sudah dijelaskan.", upto=upto
    )
    return (50, client, event)


def test_a_dismissal_holds_until_more_comes_to_the_finding() -> None:
    turned: list[tuple[float, str, Event]] = [
        CLAIMED,
        (1, VERIFIER, accepted(2)),
        (2, "lain", returned()),
    ]
    (open_one,) = found(said(*turned), "reversed")
    assert open_one.dismissal is None
    (told,) = found(said(*turned, dismissed(open_one, upto=3)), "reversed")
    assert told.id == open_one.id
    assert told.dismissal is not None
    assert (told.dismissal.reason, told.dismissal.seq) == ("Sudah dijelaskan.", 4)
    more = said(*turned, dismissed(open_one, upto=3), (60, "lain", accepted(2)))
    assert [one.dismissal for one in found(more, "reversed")] == [None]
    early = said(*turned, dismissed(open_one, upto=2))
    assert [one.dismissal for one in found(early, "reversed")] == [None]


def test_nobody_explains_away_what_they_did_themselves() -> None:
    own: list[tuple[float, str, Event]] = [CLAIMED, (1, REGION, accepted(2))]
    (open_one,) = found(said(*own), "own_verdict")
    told = said(*own, dismissed(open_one, upto=2, client=REGION))
    assert [one.dismissal for one in found(told, "own_verdict")] == [None]


def test_the_gravest_comes_first_and_every_kind_has_a_sentence() -> None:
    told = said(
        (0, REGION, claimed(2, file("a"), innovation="tapis")),
        (14 * HOUR, REGION, claimed(2, file("a"), innovation="lain")),
        (14 * HOUR, REGION, claimed(2, file("a"), innovation="tiga")),
        (14 * HOUR, REGION, accepted(2, innovation="tiga")),
        (60, REGION, claimed(2, file("b"), innovation="tapis")),
    )
    at = Looked(facts=told, year=YEAR, zone=ZONE)
    severities = [one.severity for one in looking.findings(at)]
    assert severities == sorted(severities, key=["high", "medium", "low"].index)
    assert len(set(severities)) == 3
    (example, *_) = looking.findings(at)
    for kind in SEVERITIES:
        sentence = telling.finding(replace(example, kind=kind), ZONE)
        assert str(example.count) in sentence.indonesian
        assert sentence.indonesian != sentence.english
        assert "{" not in sentence.indonesian + sentence.english


def test_sid_and_spd_are_told_apart() -> None:
    told = said(
        (0, REGION, claimed(2, file("a"))),
        (1, REGION, accepted(2)),
        (2, REGION, claimed(2, file("a"), innovation="tapis")),
        (3, REGION, accepted(2, innovation="tapis")),
    )
    assert {one.subject for one in found(told, "own_verdict")} == {SPD, f"tapis/{SID}"}
