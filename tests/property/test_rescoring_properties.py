"""A season read out of stored bytes is the season read out of the log, under any year's rules."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from services.projection.core import dossier as dossiers
from services.projection.core import figure
from services.projection.core.rules import changes, effects, judging, rescoring
from services.projection.core.rules.effects import Effect
from services.projection.core.rules.judging import Profile, Thresholds
from services.projection.core.rules.rescoring import Alike, Entered, National
from shared.io import rulebook
from shared.kernel import regions as kernel_regions
from shared.kernel.events.innovation import InnovationRegistered, InnovationRevised
from shared.kernel.recorded import Recorded
from shared.kernel.rules import eligibility, formula, ruleset
from shared.kernel.rules.eligibility import Candidate
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import Formula, RuleSet, Sourced, Window
from shared.kernel.scorecard import STAGES, Innovation, Scorecard, Stage
from tests.effort import many
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


def sure(value: Any) -> Sourced[Any]:
    return Sourced(value=value, certainty="confirmed", sources=("X",))


def _invented(
    year: int, shape: Formula, altered: dict[str, Any], weight: Decimal, floor: Decimal
) -> RuleSet:
    """The rules of 2026 for any year, with some values changed, other weights and other bands."""
    rows = [replace(row, weight=other(weight)) for row in RULES.rows[1::3]]
    kept = [row for place, row in enumerate(RULES.rows) if place % 3 != 1]
    bands = (replace(RULES.predikat[0], at_least=other(floor)), *RULES.predikat[1:])
    changed = {name: other(value) for name, value in altered.items()}
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


def _completed(rules: RuleSet) -> RuleSet:
    """The same with every number sure and the rows adding up, so that its scores are compared."""
    spd, maturity = (
        Decimal(ruleset.best(of(rules))) / 100
        for of in (ruleset.region_rows, ruleset.innovation_rows)
    )
    number = ruleset.declared(rules.count_weight) * ruleset.declared(rules.count_max)
    total = spd + maturity + number
    sums = {"spd_max": sure(spd), "maturity_max": sure(maturity), "score_max": sure(total)}
    needed = ("count_weight", "count_max", "divisor_floor")
    counts = {name: sure(getattr(rules, name).value) for name in needed}
    rows = tuple(replace(row, weight=sure(row.weight.value)) for row in rules.rows)
    return replace(rules, id=f"{rules.year}.8", revision=8, rows=rows, **sums, **counts)


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
completed = invented.map(_completed)
rule_sets = st.one_of(st.sampled_from(PUBLISHED), invented, completed)
tallies = st.builds(
    Tally,
    spd=st.integers(0, 6300),
    maturity=st.integers(0, 300_000),
    innovations=st.integers(0, 250),
    affairs=st.integers(0, 6),
    rejected=st.integers(0, 20),
)


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


@many
@given(peopled, rule_sets, stages)
def test_stored_bytes_score_what_the_log_does(
    history: Sequence[Recorded], rules: RuleSet, stage: Stage
) -> None:
    effect, dossier = effect_on(history, rules, stage), dossiers.opened(history)
    for scored, under in ((effect.own, RULES), (effect.other, rules)):
        assert scored == figure.score(under, dossiers.tally_at(dossier, under, stage))


@many
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


@many
@given(peopled, completed, stages)
def test_a_predikat_that_changes_is_decided_by_a_rule(
    history: Sequence[Recorded], rules: RuleSet, stage: Stage
) -> None:
    effect = effect_on(history, rules, stage)
    assert effect.comparable
    assert effect.predikat_changes == (effect.own.predikat != effect.other.predikat)
    assert effect.predikat_changes == any(change.decides for change in effect.changes)
    assert effect.predikat_changes == (effect.direction != "tetap")
    assert effect.text.endswith(".")
    assert "{" not in effect.text + effect.text_en
    if effect.predikat_changes:
        assert effect.direction in effect.text
        assert "rounding" not in effect.text_en


@many
@given(rule_sets, rule_sets, st.lists(tallies, min_size=9, max_size=9))
def test_under_rules_that_are_not_complete_nothing_is_said_to_change_and_shares_still_sum(
    one: RuleSet, another: RuleSet, drawn: Sequence[Tally]
) -> None:
    readings = changes.readings(one, another)
    counted = drawn[: len(readings)]
    effect = effects.effect(readings, counted, another)
    whole = [rules.id for rules in (one, another) if ruleset.is_complete(rules)]
    assert effect.comparable == (len(whole) == 2)
    told = sum((change.share.exact for change in effect.changes), Fraction(0))
    before = formula.exact_index(one, counted[0])
    assert told == formula.exact_index(another, counted[-1]) - before
    assert told + effect.rounding.exact == Fraction(effect.change)
    for rules in (one, another):
        assert (f"Aturan {rules.id} tidak lengkap" in effect.text) == (rules.id not in whole)
        assert (f"Rules {rules.id} are incomplete" in effect.text_en) == (rules.id not in whole)
    if not effect.comparable:
        assert (effect.predikat_changes, effect.direction) == (False, "tetap")
        assert not any(change.decides for change in effect.changes)
        assert "Predikat" not in effect.text
        assert "{" not in effect.text + effect.text_en


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


@given(st.sampled_from(PUBLISHED), rule_sets, tallies)
def test_the_last_reading_is_the_other_rules(one: RuleSet, another: RuleSet, tally: Tally) -> None:
    last = changes.readings(one, another)[-1]
    assert formula.exact_index(last.rules, tally) == formula.exact_index(another, tally)
    reached, asked = formula.score(last.rules, tally), formula.score(another, tally)
    assert (reached.index, reached.predikat) == (asked.index, asked.predikat)


def test_every_value_that_a_score_depends_on_belongs_to_one_element() -> None:
    held = [field for each in changes.ELEMENTS.values() for field in each]
    assert len(held) == len(set(held))
    assert {field.name for field in fields(RULES)} == {*held, "formula", *NOT_BEARING}


def test_the_reasons_between_two_years_are_named_in_order() -> None:
    readings = changes.readings(RULES, rulebook.rule_set_for_year(2027))
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
    assert [each.element for each in changes.readings(RULES, RULES)] == [None]


def reasons(one: RuleSet, another: RuleSet) -> dict[str | None, tuple[str, str]]:
    return {each.element: each.because for each in changes.readings(one, another)[1:]}


def test_a_weight_that_is_not_known_is_not_another_weight() -> None:
    told, told_en = reasons(RULES, rulebook.rule_set_for_year(2021))["rows"]
    assert told.split(" dan ") == [
        "bobot 20 baris belum diketahui dalam aturan 2021.1",
        "13 baris berbobot lain",
        "3 baris hanya tercantum dalam aturan 2021.1",
    ]
    assert told_en.split(" and ") == [
        "20 rows have no known weight in rules 2021.1",
        "13 rows have another weight",
        "3 rows are listed only in rules 2021.1",
    ]
    _, told_en = reasons(rulebook.rule_set_for_year(2025), RULES)["rows"]
    assert told_en.split(" and ") == [
        "1 row has no known weight in rules 2025.1",
        "19 rows are listed only in rules 2026.1",
    ]


def test_a_row_that_complete_rules_do_not_have_is_not_scored() -> None:
    fewer = _completed(replace(RULES, rows=RULES.rows[1:]))
    assert reasons(RULES, fewer)["rows"] == ("1 baris tidak dinilai", "1 row is not scored")
    assert reasons(fewer, RULES)["rows"][1] == "1 row is listed only in rules 2026.1"


@pytest.mark.parametrize(
    ("field", "value", "element", "told"),
    [
        ("rounding", "half_up", "bands", "cara pembulatannya half_up, bukan half_even"),
        ("spd_max", Decimal(64), "rows", "nilai SPD paling tinggi 64, bukan 63"),
        ("maturity_max", Decimal(112), "rows", "kematangan paling tinggi 112, bukan 111"),
    ],
)
def test_a_value_that_differs_alone_is_said(
    field: str, value: Any, element: str, told: str
) -> None:
    changed: dict[str, Any] = {field: other(value)}
    said = reasons(RULES, replace(RULES, id="2026.9", revision=9, **changed))
    assert {each: text for each, (text, _) in said.items()} == {element: told}


def season_of(year: int, code: str = "63.10") -> Entered:
    """All levels at 3, twelve innovations that count: the best there is under any rules."""
    rules = rulebook.rule_set_for_year(year)
    region = next(each for each in SUBJECTS if each.code == code)
    able = Candidate(implementation_date=date(2025, 5, 1), words=300)
    alike = Alike(
        innovations=12,
        levels=bytes([3] * 12 * len(ruleset.innovation_rows(rules))),
        profile=Profile(tahapan="penerapan", submitted=True, rejected=False, candidate=able),
        main_urusan=(1, 2, 3, 4, 5, 6) * 2,
    )
    levels = bytes([3] * len(ruleset.region_rows(rules)))
    return Entered(region=region, rules=rules, levels=levels, innovations=(alike,))


def national(under: int, *seasons: Entered) -> National:
    rules = rulebook.rule_set_for_year(under)
    return rescoring.rescore(SUBJECTS, seasons, rules, 2026, "mandiri")


LACKING_2024 = "Aturan 2024.1 tidak lengkap: baris daerah belum semua diketahui."
LACKING_2025 = (
    "Aturan 2025.1 tidak lengkap: bobot 1 baris daerah belum diketahui dan baris daerah belum "
    "semua diketahui."
)
LACKING_BESIDE_2026 = "Aturan 2025.1 tidak lengkap: bobot 20 baris daerah belum diketahui."
LACKING_2020 = (
    "Aturan 2020.1 tidak lengkap: bobot 20 baris daerah dan 20 baris inovasi belum diketahui. "
    "Skalanya lain: aturan 2020.1 menjumlahkan poin tanpa batas atas."
)
LACKING_2020_EN = (
    "Rules 2020.1 are incomplete: the weights of 20 region rows and 20 innovation rows are not "
    "known. The scale is another: rules 2020.1 add up points without a maximum. 0 is only the "
    "known part and cannot be compared."
)
SAME = "Indeks dan predikat tetap karena aturannya sama."


@pytest.mark.parametrize(
    ("entered_year", "under", "lacking", "values"),
    [
        (2026, 2025, LACKING_BESIDE_2026, "46,22"),
        (2026, 2020, LACKING_2020, "0"),
        (2025, 2026, LACKING_BESIDE_2026, "46,22"),
        (2024, 2024, f"{SAME} {LACKING_2024}", "46,22"),
        (2024, 2025, f"{LACKING_2024} {LACKING_2025}", "46,22 dan 46,22"),
    ],
)
def test_what_incomplete_rules_do_not_know_is_said(
    entered_year: int, under: int, lacking: str, values: str
) -> None:
    told_nation = national(under, season_of(entered_year))
    (row,) = told_nation.regions
    known = f"Nilai {values} hanya bagian yang diketahui dan tidak dapat dibandingkan."
    assert row.effect.text == f"{lacking} {known}"
    assert under != 2020 or row.effect.text_en == LACKING_2020_EN
    assert not row.effect.comparable
    assert not row.effect.predikat_changes
    assert row.rank_after is None
    assert row.rank_before == (1 if entered_year == 2026 else None)
    (cluster,) = [each for each in told_nation.clusters if each.kind == "kabupaten"]
    assert (cluster.predikat_after, cluster.mean_of_entered_after) == (None, None)
    assert cluster.predikat_changes == ()
    before = (cluster.entered_incomplete, cluster.mean_of_entered_before)
    assert before == ((0, Decimal("71.42")) if entered_year == 2026 else (1, None))


def test_under_complete_rules_the_rule_that_does_it_is_said() -> None:
    told = national(2027, season_of(2026))
    (row,) = told.regions
    assert row.effect.comparable
    assert (row.rank_before, row.rank_after) == (1, 1)
    assert row.effect.text == "Indeks turun 6,34 karena pembagi sedikitnya 14, bukan 12."
    assert [each.element for each in row.effect.changes] == ["divisor", "affairs"]


def test_a_region_under_incomplete_rules_is_in_no_rank_count_or_mean() -> None:
    bare = replace(season_of(2026, "63.10"), innovations=())
    told = national(2027, season_of(2025, "63.11"), bare)
    ranks = [(each.region, each.rank_before, each.rank_after) for each in told.regions]
    assert ranks == [("63.10", 1, 1), ("63.11", None, None)]
    (cluster,) = [each for each in told.clusters if each.kind == "kabupaten"]
    assert (cluster.entered, cluster.entered_incomplete, cluster.not_entered) == (2, 1, 413)
    for counts in (cluster.predikat_before, cluster.predikat_after):
        assert counts is not None
        assert sum(counts.values()) == 1
    means = (cluster.mean_of_entered_before, cluster.mean_of_entered_after)
    assert means == (Decimal("25.20"), Decimal("25.20"))


def test_ranks_are_within_the_cluster_and_who_has_not_entered_is_counted_apart() -> None:
    codes = ("63.10", "63.72", "63")
    seasons = [
        Entered(region=region, rules=RULES, levels=bytes([3] * 20), innovations=())
        for region in SUBJECTS
        if region.code in codes
    ]
    told = rescoring.rescore(SUBJECTS, seasons, RULES, 2026, "mandiri")
    assert [(each.region, each.rank_before, each.rank_after) for each in told.regions] == [
        ("63", 1, 1),
        ("63.10", 1, 1),
        ("63.72", 1, 1),
    ]
    assert len(told.not_entered) == 543
    for cluster in told.clusters:
        assert (cluster.entered, cluster.not_entered) == (1, cluster.assessed - 1)
        assert cluster.predikat_before is not None
        assert sum(cluster.predikat_before.values()) == 1
        assert cluster.predikat_before["Tidak Dapat Dinilai"] == 0
        assert cluster.mean_of_entered_before == Decimal("25.20")
        assert cluster.mean_of_entered_after == Decimal("25.20")


def test_an_affair_beside_a_main_one_that_is_not_basic_counts_where_the_rules_say_so() -> None:
    profile = Profile(tahapan="penerapan", submitted=True, rejected=False, candidate=Candidate())
    alike = Alike(
        innovations=1, levels=bytes(20), profile=profile, main_urusan=(25,), other_urusan=(3, 9)
    )
    season = Entered(region=REGION, rules=RULES, levels=bytes(20), innovations=(alike,))
    rules = replace(RULES, affairs_counted=other("main_and_other_affairs"))
    (told,) = rescoring.rescore(SUBJECTS, [season], rules, 2026, "mandiri").regions
    assert (told.effect.own.affairs, told.effect.other.affairs) == (0, 1)
