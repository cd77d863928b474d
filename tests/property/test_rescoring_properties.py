"""A season read out of stored bytes is the season read out of the log, under any year's rules."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from services.projection.core import dossier as dossiers
from services.projection.core import judging, rescoring, rule_changes
from services.projection.core.judging import Profile, Thresholds
from services.projection.core.rescoring import Alike, Entered
from services.projection.core.rule_effects import Effect
from shared.io import rulebook
from shared.kernel import regions as kernel_regions
from shared.kernel.events.intake import InnovationRegistered, InnovationRevised
from shared.kernel.recorded import Recorded
from shared.kernel.rules import eligibility, formula
from shared.kernel.rules.eligibility import Candidate
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import Formula, RuleSet, Sourced, Window
from shared.kernel.scorecard import STAGES, Innovation, Scorecard, Stage
from tests.histories import RULES, histories

PUBLISHED = list(rulebook.rule_sets().values())
SUBJECTS = kernel_regions.subjects(rulebook.regions())
REGION = next(region for region in SUBJECTS if region.code == "63.10")
# What a score does not depend on, only what is said of it.
NOT_BEARING = {"id", "year", "revision", "standing", "title", "basis", "catalogue", "sources"}

stages = st.sampled_from(STAGES)


def _in_other_affairs(history: Sequence[Recorded]) -> Sequence[Recorded]:
    """The same facts, every innovation covering the affair before its main one too."""
    told = []
    for fact in history:
        if isinstance(event := fact.event, InnovationRegistered | InnovationRevised):
            profile = replace(event.profile, other_urusan=(max(1, event.profile.main_urusan - 1),))
            fact = replace(fact, event=replace(event, profile=profile))  # noqa: PLW2901
        told.append(fact)
    return told


peopled = histories().map(_in_other_affairs)


def other(value: Any) -> Sourced[Any]:
    return Sourced(value=value, certainty="unknown")


def _invented(
    year: int, shape: Formula, changes: dict[str, Any], weight: Decimal, floor: Decimal
) -> RuleSet:
    """The rules of 2026 for any year, with some values changed, other weights and other bands."""
    rows = [replace(row, weight=other(weight)) for row in RULES.rows[1::3]]
    kept = [row for place, row in enumerate(RULES.rows) if place % 3 != 1]
    bands = (replace(RULES.predikat[0], at_least=other(floor)), *RULES.predikat[1:])
    changed = {name: other(value) for name, value in changes.items()}
    return replace(
        RULES,
        id=f"{year}.9",
        year=year,
        revision=9,
        formula=shape,
        rows=(*kept, *rows[1:]),
        predikat=bands,
        **changed,
    )


invented = st.builds(
    _invented,
    st.integers(2025, 2027),
    st.sampled_from(["mean_with_floor", "mean_with_floor", "open_sum"]),
    st.fixed_dictionaries(
        {},
        optional={
            "divisor_floor": st.sampled_from([1, 2, 10, 14]),
            "rejected_in_divisor": st.booleans(),
            "count_weight": st.sampled_from([Decimal("0.38"), Decimal("1.5")]),
            "count_max": st.sampled_from([1, 5, 200]),
            "affairs_min": st.sampled_from([None, 1, 3, 6]),
            "affairs_counted": st.sampled_from(["main_affair", "main_and_other_affairs"]),
            "counted_stages": st.sampled_from([("penerapan",), ("uji_coba", "penerapan")]),
            "window": st.sampled_from(
                [None, Window(first=date(2025, 1, 1), last=date(2026, 1, 1))]
            ),
            "development_extends_window": st.booleans(),
            "words_min": st.sampled_from([None, 299, 301]),
            "score_max": st.sampled_from([Decimal(20), Decimal(289)]),
            "places": st.sampled_from([0, 1, 2]),
        },
    ),
    st.sampled_from([Decimal(0), Decimal("0.75"), Decimal(4)]),
    st.sampled_from([Decimal("5.01"), Decimal("65.01")]),
)
rule_sets = st.one_of(st.sampled_from(PUBLISHED), invented)


def bucketed(among: Thresholds, candidate: Candidate) -> Candidate:
    """As the database counts thresholds, and the core picks who stands for all."""
    applied, developed = (
        None if day is None else bisect_right(among.dates, day)
        for day in (candidate.implementation_date, candidate.development_date)
    )
    words = bisect_right(among.words, candidate.words)
    return judging.representative(among, applied, developed, words)


def entered(history: Sequence[Recorded], rules: RuleSet, stage: Stage) -> Entered:
    """The season as scoring keeps it, innovations that are judged alike put together."""
    card = Scorecard(RULES)
    for fact in history:
        card.apply(fact.event)
    among = judging.thresholds((RULES, rules), 2026)
    together: dict[Profile, list[Innovation]] = {}
    for kept in card.innovations.values():
        profile = Profile(
            tahapan=kept.tahapan,
            submitted=kept.submitted,
            rejected=kept.rejected,
            candidate=bucketed(among, kept.candidate),
        )
        if kept.registered:
            together.setdefault(profile, []).append(kept)

    def levels(kept: Innovation) -> bytes:
        return bytes(kept.levels.claimed if stage == "mandiri" else kept.levels.accepted)

    region = card.region
    return Entered(
        region=REGION,
        rules=RULES,
        levels=bytes(region.claimed if stage == "mandiri" else region.accepted),
        innovations=tuple(
            Alike(
                innovations=len(alike),
                levels=b"".join(map(levels, alike)),
                profile=profile,
                main_urusan=tuple(kept.main_urusan for kept in alike),
                other_urusan=tuple(each for kept in alike for each in kept.other_urusan),
            )
            for profile, alike in together.items()
        ),
    )


def effect_on(history: Sequence[Recorded], rules: RuleSet, stage: Stage) -> Effect:
    season = entered(history, rules, stage)
    (told,) = rescoring.rescore(SUBJECTS, [season], rules, 2026, stage).regions
    return told.effect


@settings(max_examples=200)
@given(peopled, rule_sets, stages)
def test_stored_bytes_score_what_the_log_does(
    history: Sequence[Recorded], rules: RuleSet, stage: Stage
) -> None:
    effect = effect_on(history, rules, stage)
    dossier = dossiers.opened(history)
    for scored, under in ((effect.own, RULES), (effect.other, rules)):
        assert scored == formula.score(under, dossiers.tally_at(dossier, under, stage))


@settings(max_examples=200)
@given(peopled, rule_sets, stages)
def test_what_each_rule_does_sums_exactly(
    history: Sequence[Recorded], rules: RuleSet, stage: Stage
) -> None:
    effect = effect_on(history, rules, stage)
    dossier = dossiers.opened(history)
    told = sum((change.share.exact for change in effect.changes), Fraction(0))
    before, after = (
        formula.exact_index(under, dossiers.tally_at(dossier, under, stage))
        for under in (RULES, rules)
    )
    assert told == after - before
    assert told + effect.rounding.exact == Fraction(effect.other.index) - Fraction(effect.own.index)
    assert effect.change == effect.other.index - effect.own.index


@settings(max_examples=200)
@given(peopled, rule_sets, stages)
def test_a_predikat_that_changes_is_decided_by_a_rule(
    history: Sequence[Recorded], rules: RuleSet, stage: Stage
) -> None:
    effect = effect_on(history, rules, stage)
    assert effect.predikat_changes == (effect.own.predikat != effect.other.predikat)
    assert effect.predikat_changes == any(change.decides for change in effect.changes)
    assert effect.predikat_changes == (effect.direction != "tetap")
    assert effect.text.endswith(".")
    assert "{" not in effect.text + effect.text_en
    if effect.predikat_changes:
        assert effect.direction in effect.text
        assert "rounding" not in effect.text_en


@given(
    st.sampled_from(PUBLISHED),
    st.sampled_from(PUBLISHED),
    st.integers(2018, 2030),
    st.builds(
        Candidate,
        implementation_date=st.none() | st.dates(date(2017, 1, 1), date(2031, 1, 1)),
        development_date=st.none() | st.dates(date(2017, 1, 1), date(2031, 1, 1)),
        words=st.integers(0, 400),
    ),
)
def test_who_stands_for_all_is_judged_as_they_are(
    one: RuleSet, another: RuleSet, year: int, candidate: Candidate
) -> None:
    among = judging.thresholds((one, another), year)
    days = [day + timedelta(days=by) for day in among.dates for by in (-1, 0)]
    for day in (candidate.implementation_date, *days):
        asked = replace(candidate, implementation_date=day)
        stands = bucketed(among, asked)
        for rules in (one, another):
            unmet = eligibility.unmet(rules, year, asked)
            assert eligibility.unmet(rules, year, stands) == unmet


@given(
    st.sampled_from(PUBLISHED),
    rule_sets,
    st.builds(
        Tally,
        spd=st.integers(0, 6300),
        maturity=st.integers(0, 300_000),
        innovations=st.integers(0, 250),
        affairs=st.integers(0, 6),
        rejected=st.integers(0, 20),
    ),
)
def test_the_last_reading_is_the_other_rules(one: RuleSet, another: RuleSet, tally: Tally) -> None:
    last = rule_changes.readings(one, another)[-1]
    assert formula.exact_index(last.rules, tally) == formula.exact_index(another, tally)
    reached, asked = formula.score(last.rules, tally), formula.score(another, tally)
    assert (reached.index, reached.predikat) == (asked.index, asked.predikat)


def test_every_value_that_a_score_depends_on_belongs_to_one_element() -> None:
    held = [field for each in rule_changes.ELEMENTS.values() for field in each]
    assert len(held) == len(set(held))
    assert {field.name for field in fields(RULES)} == {*held, "formula", *NOT_BEARING}


def test_the_reasons_between_two_years_are_named_in_order() -> None:
    readings = rule_changes.readings(RULES, rulebook.rule_set_for_year(2027))
    assert [(each.element, *each.because) for each in readings[1:]] == [
        (
            "divisor",
            "pembagi sedikitnya 14, bukan 12",
            "the divisor's floor is 14 instead of 12",
        ),
        (
            "affairs",
            "diperlukan 6 urusan pelayanan dasar, bukan 5",
            "all 6 basic-service affairs are needed instead of 5",
        ),
    ]
    assert len({each.rules.id for each in readings} | set(rulebook.rule_sets())) == 14
    assert [each.element for each in rule_changes.readings(RULES, RULES)] == [None]


def test_ranks_are_within_the_cluster_and_who_has_not_entered_counts_as_nothing() -> None:
    codes = ("63.10", "63.72", "63")
    seasons = [
        Entered(region=region, rules=RULES, levels=bytes([3] * 20), innovations=())
        for region in SUBJECTS
        if region.code in codes
    ]
    national = rescoring.rescore(SUBJECTS, seasons, RULES, 2026, "mandiri")
    assert [(each.region, each.rank_before, each.rank_after) for each in national.regions] == [
        ("63", 1, 1),
        ("63.10", 1, 1),
        ("63.72", 1, 1),
    ]
    assert len(national.not_entered) == 543
    for cluster in national.clusters:
        assert sum(cluster.predikat_before.values()) == cluster.assessed
        assert cluster.predikat_before["Tidak Dapat Dinilai"] == cluster.assessed - 1
        assert cluster.mean_before == (Decimal("25.20") / cluster.assessed).quantize(
            Decimal("0.01")
        )


def test_an_affair_beside_a_main_one_that_is_not_basic_counts_where_the_rules_say_so() -> None:
    profile = Profile(tahapan="penerapan", submitted=True, rejected=False, candidate=Candidate())
    alike = Alike(
        innovations=1, levels=bytes(20), profile=profile, main_urusan=(25,), other_urusan=(3, 9)
    )
    season = Entered(region=REGION, rules=RULES, levels=bytes(20), innovations=(alike,))
    rules = replace(RULES, affairs_counted=other("main_and_other_affairs"))
    (told,) = rescoring.rescore(SUBJECTS, [season], rules, 2026, "mandiri").regions
    assert (told.effect.own.affairs, told.effect.other.affairs) == (0, 1)
