"""Small stories of two moments: which cause moved the rank, by how much, and how it is told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest

from services.projection.core.attribution import attribution, items
from services.projection.core.attribution.attribution import Cause, Movement, Part, Turn
from services.projection.core.attribution.items import Standing
from services.projection.core.attribution.words import sentence
from services.projection.core.explanation import share
from shared.io import rulebook
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed, IndicatorReturned
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationRejected,
    InnovationSubmitted,
    Profile,
)
from shared.kernel.events.result import ResultPublished
from shared.kernel.recorded import Event, Meta, Recorded
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage

RULES = rulebook.rule_set_for_year(2026)
LATER = rulebook.rule_set_for_year(2027)
START = datetime(2026, 6, 1, tzinfo=UTC)
DEADLINE = START + timedelta(days=50)
PROFILE = Profile(
    name="TAPIS",
    tahapan="penerapan",
    main_urusan=1,
    implementation_date=RULES.window.value.first if RULES.window.value else None,
    design="kata " * 300,
)
# Under 2026 a claimed level of SPD-12 is worth 0.8 points of the index, one of SPD-08 0.6 and
# one of SPD-01 0.4; a level of SID-VIDEO 4 / 12 / 250 * 100 = 2/15.


def _claim(indicator: str, level: int, innovation: str = "") -> Event:
    return IndicatorClaimed(year=2026, indicator=indicator, level=level, innovation=innovation)


def _accept(indicator: str, level: int, innovation: str = "") -> Event:
    return IndicatorAccepted(year=2026, indicator=indicator, level=level, innovation=innovation)


REGISTERED = InnovationRegistered(year=2026, innovation="tapis", profile=PROFILE)
SUBMITTED = InnovationSubmitted(year=2026, innovation="tapis")


def _facts(*days_and_events: tuple[int, Event]) -> Sequence[Recorded]:
    """Numbered as given, in the order in which they took place."""
    facts = [
        Recorded(
            tenant="63.10",
            seq=seq,
            stream="s",
            version=1,
            event=event,
            meta=Meta(actor="a", role="r"),
            recorded_at=START + timedelta(days=day),
        )
        for seq, (day, event) in enumerate(days_and_events, start=1)
    ]
    return sorted(facts, key=lambda fact: (fact.happened_at, fact.seq))


def _standing(
    name: str,
    facts: Sequence[Recorded],
    then: Sequence[int],
    rules_then: RuleSet = RULES,
    rules_now: RuleSet = RULES,
) -> Standing:
    """A region that had the facts numbered `then`, and now has all."""
    return Standing(
        region=name.lower(),
        name=name,
        then=[fact for fact in facts if fact.seq in set(then)],
        now=facts,
        rules_then=rules_then,
        rules_now=rules_now,
    )


def _still(name: str, *events: Event) -> Standing:
    """A region of which nothing new is known."""
    facts = _facts(*((0, event) for event in events))
    return _standing(name, facts, [fact.seq for fact in facts])


def _moved(
    own: Standing, *others: Standing, stage: Stage = "mandiri", by: datetime | None = DEADLINE
) -> Movement:
    return attribution.attribute(own, others, stage=stage, deadline=by)


def _told(movement: Movement) -> dict[Cause, tuple[Fraction, int]]:
    return {
        part.cause: (part.change.exact, part.places)
        for part in movement.parts
        if part.change.exact or part.places
    }


def _part(movement: Movement, cause: Cause) -> Part:
    return {part.cause: part for part in movement.parts}[cause]


def test_own_claims_overtake() -> None:
    facts = _facts(
        (0, _claim("SPD-08", 1)),
        (1, _claim("SPD-12", 2)),
        (2, REGISTERED),
        (2, _claim("SID-VIDEO", 3, "tapis")),
    )
    movement = _moved(
        _standing("Banjar", facts, [1]),
        _still("Tapin", _claim("SPD-08", 2)),
        _still("Balangan", _claim("SPD-12", 3), _claim("SPD-01", 1)),
    )
    assert (movement.rank_then, movement.rank_now, movement.of) == (3, 2, 3)
    assert (movement.index_then, movement.index_now) == (Decimal("0.60"), Decimal("2.60"))
    assert _told(movement) == {"own": (Fraction(2), 1)}
    own = _part(movement, "own")
    assert (own.facts, own.seqs) == (3, (2, 3, 4))
    assert [(item.nama, item.innovation_name, item.change.exact) for item in own.items] == [
        ("Penghargaan bagi inovator", "", Fraction(8, 5)),
        ("Video inovasi daerah", "TAPIS", Fraction(2, 5)),
    ]


def test_a_neighbour_overtakes() -> None:
    theirs = _facts((0, _claim("SPD-08", 1)), (3, _claim("SPD-12", 3)), (4, _claim("SPD-01", 1)))
    movement = _moved(_still("Banjar", _claim("SPD-08", 2)), _standing("Tapin", theirs, [1]))
    assert (movement.rank_then, movement.rank_now) == (1, 2)
    assert _told(movement) == {"neighbours": (Fraction(0), -1)}
    assert _part(movement, "neighbours").facts == 2
    assert movement.neighbours == (
        attribution.Crossing(
            region="tapin",
            name="Tapin",
            way="overtook",
            places=-1,
            index_then=Decimal("0.60"),
            index_now=Decimal("3.40"),
            turns=(Turn(cause="neighbours", places=-1),),
            facts=2,
            first_seq=2,
            last_seq=3,
        ),
    )


def test_what_is_won_and_lost_again_is_told_by_both_causes() -> None:
    own = _facts((0, _claim("SPD-08", 1)), (1, _claim("SPD-08", 3)))
    theirs = _facts((0, _claim("SPD-08", 2)), (2, _claim("SPD-12", 3)))
    movement = _moved(_standing("Banjar", own, [1]), _standing("Tapin", theirs, [1]))
    assert movement.places_gained == 0
    assert _told(movement) == {"own": (Fraction(6, 5), 1), "neighbours": (Fraction(0), -1)}
    (tapin,) = movement.neighbours
    assert (tapin.way, tapin.places) == ("both", 0)
    assert [(turn.cause, turn.places) for turn in tapin.turns] == [("own", 1), ("neighbours", -1)]


def test_a_verdict_is_told_apart_from_the_claim_it_is_about() -> None:
    facts = _facts(
        (0, _claim("SPD-12", 1)),
        (0, _accept("SPD-12", 1)),
        (1, _claim("SPD-12", 3)),
        (60, _accept("SPD-12", 2)),
    )
    movement = _moved(
        _standing("Banjar", facts, [1, 2]),
        _still("Tapin", _claim("SPD-01", 3), _accept("SPD-01", 3)),
        stage="terverifikasi",
    )
    # The new claim releases the old verdict; the verdict on it is one also after the deadline.
    assert _told(movement) == {"own": (Fraction(-4, 5), 0), "verification": (Fraction(8, 5), 1)}
    assert _part(movement, "verification").seqs == (4,)


@pytest.mark.parametrize(
    "verdict",
    [
        IndicatorReturned(year=2026, indicator="SID-VIDEO", innovation="tapis", reason="lain"),
        InnovationRejected(year=2026, innovation="tapis", reason="lain"),
    ],
)
def test_a_returned_claim_and_a_rejected_innovation_are_verification(verdict: Event) -> None:
    facts = _facts(
        (0, REGISTERED),
        (0, SUBMITTED),
        (0, _claim("SID-VIDEO", 3, "tapis")),
        (0, _accept("SID-VIDEO", 3, "tapis")),
        (1, verdict),
    )
    movement = _moved(_standing("Banjar", facts, [1, 2, 3, 4]), stage="terverifikasi")
    assert _told(movement) == {"verification": (Fraction(-2, 5), 0)}


def test_what_came_after_the_closing_is_told_as_such() -> None:
    facts = _facts((0, _claim("SPD-08", 1)), (49, _claim("SPD-01", 1)), (50, _claim("SPD-12", 1)))
    own = _standing("Banjar", facts, [1])
    neighbour = _still("Tapin", _claim("SPD-08", 2))
    movement = _moved(own, neighbour)
    assert _told(movement) == {"own": (Fraction(2, 5), 0), "deadline": (Fraction(4, 5), 1)}
    assert _part(movement, "deadline").seqs == (3,)
    assert _told(_moved(own, neighbour, by=None)) == {"own": (Fraction(6, 5), 1)}


def test_other_rules_are_told_first_and_for_everybody() -> None:
    facts = _facts((0, REGISTERED), (0, _claim("SID-VIDEO", 3, "tapis")), (1, _claim("SPD-01", 1)))
    ruled = _standing("Banjar", facts, [1, 2], rules_now=LATER)
    movement = _moved(ruled, _still("Tapin", _claim("SPD-01", 1)))
    # 12 points over 12 innovations, then over 14: 0.40 ties with Tapin, 0.34 does not.
    assert _told(movement) == {
        "rules": (Fraction(12, 14) * Fraction(2, 5) - Fraction(2, 5), -1),
        "own": (Fraction(2, 5), 1),
    }


def test_a_neighbour_falls_by_the_rules_alone() -> None:
    video = _facts((0, REGISTERED), (0, _claim("SID-VIDEO", 3, "tapis")))
    theirs = _standing("Tapin", video, [1, 2], rules_now=LATER)
    # 11 points over 12 innovations are 0.37: less than 12 over 12, more than 12 over 14.
    own = _still(
        "Banjar", REGISTERED, _claim("SID-VIDEO", 2, "tapis"), _claim("SID-BIMTEK", 3, "tapis")
    )
    movement = _moved(own, theirs)
    assert _told(movement) == {"rules": (Fraction(0), 1)}
    (tapin,) = movement.neighbours
    assert (tapin.way, tapin.turns[0].cause) == ("overtaken", "rules")


def test_a_fact_stated_for_an_earlier_moment_counts_where_it_took_place() -> None:
    """Claimed level 1 on day 5; now it is known that on day 2 level 3 had been claimed."""
    facts = _facts((5, _claim("SPD-12", 1)), (2, _claim("SPD-12", 3)), (2, _claim("SPD-01", 1)))
    assert _moved(_standing("Banjar", facts, [1, 2])).index_then == Decimal("0.80")
    movement = _moved(_standing("Banjar", facts, [1]))
    assert _told(movement) == {"own": (Fraction(2, 5), 0)}
    assert {item.seqs: item.change.exact for item in _part(movement, "own").items} == {
        (3,): Fraction(2, 5),
    }


def test_a_published_result_is_no_fact_of_a_computed_stage() -> None:
    result = ResultPublished(
        year=2026, score=Decimal(50), predikat="Inovatif", rule_set="2026.1", rule_digest="d"
    )
    facts = _facts((0, _claim("SPD-01", 1)), (1, result))
    movement = _moved(_standing("Banjar", facts, [1]), _standing("Tapin", facts, [1]))
    assert [part.facts for part in movement.parts] == [0, 0, 0, 0, 0]


def test_moments_in_the_wrong_order_are_noticed() -> None:
    facts = _facts((0, _claim("SPD-01", 1)), (1, _claim("SPD-01", 2)))
    swapped = msgspec.structs.replace(_standing("Banjar", facts, []), then=facts, now=facts[:1])
    with pytest.raises(AssertionError, match="wrong order"):
        _moved(swapped)


def test_too_many_groups_are_told_as_one_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    most = items.ITEMS_MAX
    claims: list[tuple[int, Event]] = [(0, _claim("SPD-01", 1))]
    claims += [
        (number, event)
        for number in range(most + 10)
        for event in (
            msgspec.structs.replace(REGISTERED, innovation=f"i{number:02}"),
            _claim("SID-VIDEO", 1 + number % 3, f"i{number:02}"),
        )
    ]
    standing = _standing("Banjar", _facts(*claims), [1])
    own = _part(_moved(standing, by=None), "own")
    monkeypatch.setattr(items, "ITEMS_MAX", len(claims))
    everything = _part(_moved(standing, by=None), "own").items
    assert own.items[:most] == everything[:most]
    (rest,) = own.items[most:]
    assert (rest.nama, rest.innovation, rest.groups) == ("lainnya", "", len(everything) - most)
    assert rest.change.exact == sum((one.change.exact for one in everything[most:]), Fraction(0))
    assert rest.seqs == tuple(sorted(seq for one in everything[most:] for seq in one.seqs))


def _result(name: str, then: str | None, now: str | None, *seqs: int) -> attribution.Result:
    return attribution.Result(
        region=name.lower(),
        name=name,
        then=None if then is None else Decimal(then),
        now=None if now is None else Decimal(now),
        seqs=seqs,
    )


RESULTS = (
    _result("Tapin", "51.00", "51.00"),
    _result("Balangan", "49.00", "53.00", 4),
    _result("Kotabaru", None, "60.00", 2),
    _result("Tabalong", None, None),
)


def test_a_corrected_result_overtakes_and_others_are_published_above() -> None:
    movement = attribution.attribute_results(_result("Banjar", "50.00", "52.00", 9), RESULTS)
    assert (movement.rank_then, movement.rank_now) == (2, 3)
    assert (movement.of, movement.placed_now) == (5, 4)
    assert _told(movement) == {"decree": (Fraction(2), 1), "neighbours": (Fraction(0), -2)}
    assert [(part.facts, part.seqs) for part in movement.parts] == [(1, (9,)), (2, ())]
    assert [(one.name, one.way, one.first_seq) for one in movement.neighbours] == [
        ("Tapin", "overtaken", None),
        ("Balangan", "overtook", 4),
        ("Kotabaru", "overtook", 2),
    ]


@pytest.mark.parametrize(
    ("then", "now", "ranks"),
    [(None, "52.00", (None, 3)), ("50.00", None, (2, None)), (None, None, (None, None))],
)
def test_without_a_result_at_both_moments_nothing_is_compared(
    then: str | None, now: str | None, ranks: tuple[int | None, int | None]
) -> None:
    movement = attribution.attribute_results(_result("Banjar", then, now), RESULTS)
    assert (movement.rank_then, movement.rank_now) == ranks
    assert (movement.places_gained, movement.parts, movement.neighbours) == (None, (), ())
    assert movement.rounding.exact == 0


def _story(*then_and_more: tuple[int, Event]) -> Standing:
    """Banjar: the first fact was there, the others are new."""
    return _standing("Banjar", _facts(*then_and_more), [1])


def _newcomer(name: str) -> Standing:
    return _standing(name, _facts((0, _claim("SPD-12", 3)), (0, _claim("SPD-08", 3))), [])


NAME = "Kabupaten Banjar"
RISEN = ((0, _claim("SPD-08", 1)), (1, _claim("SPD-12", 2)), (1, _claim("SPD-01", 1)))
BIMTEK = _still("Banjar", REGISTERED, _claim("SID-BIMTEK", 1, "tapis"))
SHRUNK = msgspec.structs.replace(BIMTEK, rules_now=LATER)
MOVED = _moved(
    _story(*RISEN),
    _still("Tapin", _claim("SPD-08", 2)),
    _still("Balangan", _claim("SPD-08", 3)),
    _newcomer("Kabupaten Kotabaru"),
)


@pytest.mark.parametrize(
    ("movement", "told"),
    [
        (
            MOVED,
            (
                "naik 1 peringkat, dari ke-3 menjadi ke-2 dari 4 daerah: +2 karena peristiwa "
                "sendiri (nilai +2,00; terutama Penghargaan bagi inovator), -1 karena daerah lain "
                "(disalip Kabupaten Kotabaru); aturan, verifikasi, dan batas akhir tidak mengubah "
                "peringkat."
            ),
        ),
        (
            _moved(_story(*RISEN), _still("Tapin", _claim("SPD-12", 3), _claim("SPD-08", 3))),
            (
                "tetap di peringkat ke-2 dari 2 daerah, dengan nilai yang naik dari 0,60 menjadi "
                "2,60: nilai +2,00 karena peristiwa sendiri (terutama Penghargaan bagi inovator); "
                "tidak ada sebab lain yang mengubah nilai atau peringkatnya."
            ),
        ),
        (
            _moved(_story(*RISEN[:1]), _still("Tapin", _claim("SPD-08", 1))),
            (
                "tetap di peringkat ke-1 (bersama Tapin) dari 2 daerah dengan nilai 0,60: tidak "
                "ada yang mengubah nilai atau peringkatnya."
            ),
        ),
        (
            _moved(_story(*RISEN[:1]), *map(_newcomer, ("A", "B", "C", "D", "E"))),
            (
                "turun 5 peringkat, dari ke-1 menjadi ke-6 dari 6 daerah: -5 karena daerah lain "
                "(disalip A, B, C, dan 2 daerah lain); aturan, peristiwa sendiri, verifikasi, dan "
                "batas akhir tidak mengubah peringkat."
            ),
        ),
        (
            _moved(
                _story((0, _claim("SPD-08", 3)), (1, _claim("SPD-01", 1)), (60, RISEN[0][1])),
                _still("Tapin", _claim("SPD-01", 1), _claim("SPD-08", 1)),
                _still("Kota", _claim("SPD-12", 2)),
            ),
            (
                "turun 1 peringkat, dari ke-1 menjadi ke-2 (bersama Tapin) dari 3 daerah: -1 "
                "karena peristiwa setelah batas akhir (nilai -1,20; terutama Opini BPK); aturan, "
                "peristiwa sendiri (nilai +0,40), verifikasi, dan daerah lain tidak mengubah "
                "peringkat."
            ),
        ),
        (
            _moved(
                _story(*RISEN[:1]),
                _standing("Tapin", _facts((0, RISEN[1][1]), (1, _claim("SPD-12", 0))), [1]),
            ),
            (
                "naik 1 peringkat, dari ke-2 menjadi ke-1 dari 2 daerah: +1 karena daerah lain "
                "(Tapin turun); aturan, peristiwa sendiri, verifikasi, dan batas akhir tidak "
                "mengubah peringkat."
            ),
        ),
        (
            _moved(SHRUNK),
            (
                "tetap di peringkat ke-1 dari 1 daerah dengan nilai 0,03: nilai turun kurang dari "
                "0,01 karena aturan; tidak ada sebab lain yang mengubah nilai atau peringkatnya."
            ),
        ),
        (
            attribution.attribute_results(_result("Banjar", "50", "52"), RESULTS),
            (
                "turun 1 peringkat, dari ke-2 menjadi ke-3 dari 4 daerah yang hasilnya sudah "
                "terbit: +1 karena hasil resminya sendiri (nilai +2,00), -2 karena daerah lain "
                "(disalip Balangan; hasil Kotabaru terbit di atasnya)."
            ),
        ),
        (
            attribution.attribute_results(_result("Banjar", None, "52"), RESULTS),
            (
                "memperoleh peringkat ke-3 dari 4 daerah yang hasilnya sudah terbit, bernilai "
                "52,00; sebelumnya hasilnya belum ada."
            ),
        ),
        (
            attribution.attribute_results(_result("Banjar", "50", None), RESULTS),
            ("tidak lagi mempunyai peringkat (sebelumnya ke-2), sebab hasilnya tidak lagi terbit."),
        ),
        (
            attribution.attribute_results(_result("Banjar", None, None), RESULTS),
            "belum mempunyai peringkat, sebab hasilnya belum terbit.",
        ),
    ],
)
def test_a_movement_is_told_in_one_sentence(movement: Movement, told: str) -> None:
    assert sentence(movement, NAME) == f"{NAME} {told}"


def test_the_sentence_names_the_moments_and_speaks_english() -> None:
    told = sentence(MOVED, NAME, "1 Maret 2026", "8 Maret 2026")
    assert told.startswith("Antara 1 Maret 2026 dan 8 Maret 2026, Kabupaten Banjar naik 1 ")
    assert sentence(MOVED, NAME, "1 March 2026", "8 March 2026", language="en") == (
        "Between 1 March 2026 and 8 March 2026, Kabupaten Banjar rose 1 place, from 3rd to 2nd of "
        "4 regions: +2 because of its own facts (score +2.00; mainly Rewards for innovators), -1 "
        "because of other regions (overtaken by Kabupaten Kotabaru); the rules, verification, and "
        "the deadline did not change its rank."
    )


def test_points_are_rounded_once_out_of_the_fraction() -> None:
    """0,4349996… is 0,43, although its six decimals would round to 0,44."""
    exact = Fraction(4_349_999_9, 100_000_000)
    (rules, *_) = MOVED.parts
    part = msgspec.structs.replace(rules, change=share(exact))
    moved = msgspec.structs.replace(MOVED, parts=(part,), rank_then=21, rank_now=12)
    told = sentence(moved, NAME, language="en")
    assert "rose 9 places, from 21st to 12th of" in told
    assert "score +0.43 because of the rules" in told


def test_what_works_against_its_part_is_not_said_to_be_the_main_thing() -> None:
    down = ((0, _claim("SPD-12", 2)), (1, _claim("SPD-12", 0)))
    movement = _moved(_story(*down, (1, _claim("SPD-08", 2)), (1, _claim("SPD-01", 2))))
    assert "nilai +0,40 karena peristiwa sendiri;" in sentence(movement, NAME)
