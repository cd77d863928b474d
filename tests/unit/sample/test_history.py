"""The published history: nothing intake would refuse, each row under its own year's rules."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from deploy.sample import expected, history, results, seasons
from deploy.sample.history import Row
from deploy.sample.traits import PROVINCE, RULES_CLOSED, YEAR_CLOSED
from services.intake.bodies.results import ReportBody, ResultBody
from services.intake.core import occurrence, result, season
from services.intake.core.occurrence import Occurrence
from shared.io import rulebook
from shared.kernel import names
from shared.kernel.events.season import SeasonClosed, SeasonOpened
from shared.kernel.rules import formula
from shared.kernel.rules.ruleset import RuleSet

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROWS = history.rows()
RULES = rulebook.rule_sets()

each_row = pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row.year}-{row.region}-{row.stage}"
)


def rules_of(row: Row) -> RuleSet:
    return RULES[row.season.rule_set]


def command_of(row: Row) -> result.Command:
    """As the HTTP door makes it of the body, the score's spelling first."""
    body = row.body
    counts = result.Counts(
        innovations=body.innovations, agencies=body.agencies, agencies_total=body.agencies_total
    )
    score = result.score(str(body.score))
    if isinstance(body, ReportBody):
        return result.Report(
            year=row.year,
            stage=row.stage,
            score=score,
            predikat=body.predikat,
            source=body.source,
            sample=body.sample,
            counts=counts,
        )
    return result.Publish(
        year=row.year,
        score=score,
        predikat=body.predikat,
        decree_number=body.decree_number,
        decree_date=body.decree_date,
        source=body.source,
        sample=body.sample,
        counts=counts,
    )


@each_row
def test_intake_would_record_every_row_and_find_a_repeat_already_true(row: Row) -> None:
    [said] = result.decide(command_of(row), result.EMPTY, row.season.rule_set, "digest")
    told = result.evolve(result.EMPTY, said)
    assert result.decide(command_of(row), told, row.season.rule_set, "digest") == ()
    stated = Occurrence(occurred_at=row.body.occurred_at, basis=row.body.basis)
    occurrence.check(stated, allowed=True, now=NOW, earlier=[row.season.closed_at])


@each_row
def test_every_predikat_is_the_one_that_the_years_own_rules_give_the_score(row: Row) -> None:
    assert formula.predikat_of(rules_of(row), Decimal(row.score)) == row.predikat


@each_row
def test_a_predikat_no_source_states_rests_on_bands_better_than_unknown_and_says_so(
    row: Row,
) -> None:
    assert (history.BY_BANDS in row.body.source) == (row.predikat_by == "batas")
    if row.predikat_by == "batas":
        bands = [band for band in rules_of(row).predikat if band.at_least.value is not None]
        place = [band.nama for band in bands].index(row.predikat)
        floors = bands[max(0, place - 1) : place + 1]
        assert all(floor.at_least.certainty != "unknown" for floor in floors)


@each_row
def test_every_row_has_a_source_that_anyone_may_read_and_nothing_is_sample(row: Row) -> None:
    assert row.source.strip() == row.source
    assert "." in row.source.split()[0] or row.source.startswith("pemberitaan daerah (")
    assert not row.body.sample
    for word in ("NOT FOUND", "mission", "source", "data contoh"):
        assert word not in row.body.source


@each_row
def test_a_rounded_score_says_so_and_is_laid_to_no_decree(row: Row) -> None:
    rounded = row.rounded == "ya"
    assert (history.ROUNDED in row.body.source) == rounded
    if rounded:
        assert isinstance(row.body, ResultBody)
        assert (row.body.decree_number, row.body.decree_date) == ("", None)
        assert Decimal(row.score) == int(Decimal(row.score))


def test_a_score_of_0_to_100_without_decimals_is_nought_or_marked_as_rounded() -> None:
    whole = {
        (row.year, row.region)
        for row in ROWS
        if rules_of(row).formula == "mean_with_floor" and "." not in row.score and row.score != "0"
    }
    assert whole == {(row.year, row.region) for row in ROWS if row.rounded}


def test_no_region_has_two_scores_of_one_stage_and_season() -> None:
    slots = [(row.year, row.region, row.stage) for row in ROWS]
    slots += [(YEAR_CLOSED, told.region, "final") for told in results.FIRST]
    assert len(set(slots)) == len(slots)
    codes = rulebook.regions().by_code
    assert all(row.region in codes for row in ROWS)


def test_pangkalpinang_and_tanjungbalai_are_told_as_they_were_published() -> None:
    told = {
        (row.year, row.region, row.stage): (
            row.score,
            row.predikat,
            row.innovations,
            row.agencies,
            row.agencies_total,
        )
        for row in ROWS
        if row.region in {"19.71", "12.74"}
    }
    assert told == {
        (2020, "19.71", "final"): ("1462", "Sangat Inovatif", 43, 11, None),
        (2021, "19.71", "final"): ("59.02", "Inovatif", 25, 15, None),
        (2022, "19.71", "final"): ("50.21", "Inovatif", 40, 21, None),
        (2023, "19.71", "mandiri"): ("63.85", "Sangat Inovatif", 29, 21, 34),
        (2023, "12.74", "final"): ("31.66", "Kurang Inovatif", None, None, None),
        (2024, "12.74", "final"): ("34.28", "Kurang Inovatif", None, None, None),
    }


def test_only_a_self_assessment_is_not_final() -> None:
    reported = [(row.year, row.region) for row in ROWS if isinstance(row.body, ReportBody)]
    assert reported == [(2023, "19.71")]


def test_the_provinces_own_season_2024_is_told_elsewhere() -> None:
    own = {row.region for row in ROWS if names.province_of(row.region) == PROVINCE}
    assert own
    assert not [row for row in ROWS if row.region in own and row.year == YEAR_CLOSED]


def test_what_the_rankings_must_show_leaves_out_provinces_and_self_assessments() -> None:
    published = expected.published()
    assert published[2020, "19"] == {"19.71": Decimal(1462)}
    assert published[2024, "12"] == {"12.07": Decimal(66), "12.74": Decimal("34.28")}
    assert (2023, "19") not in published
    assert "75" not in published[2021, "75"]
    ranked = sum(len(scores) for scores in published.values())
    provinces = sum(len(row.region) == 2 for row in ROWS)
    assert ranked == len(ROWS) - provinces - 1


@pytest.mark.parametrize("told", seasons.closed().values(), ids=lambda told: str(told.year))
def test_intake_would_open_and_close_every_season_under_its_own_rules(
    told: seasons.Closed,
) -> None:
    rules = RULES[told.rule_set]
    opening = season.Open(
        year=told.year,
        rule_set=rules.id,
        rules_year=rules.year,
        rule_digest="digest",
        letter=told.letter,
    )
    opened = season.decide(opening, season.EMPTY)
    assert [type(event) for event in opened] == [SeasonOpened]
    state = season.evolve(season.EMPTY, opened[0])
    closed = season.decide(season.Close(year=told.year, at=told.closed_at), state)
    assert [type(event) for event in closed] == [SeasonClosed]
    assert told.opening.occurred_at is not None
    moments = (told.opening.occurred_at, told.closed_at, told.decided_at)
    assert moments == tuple(sorted(moments))
    for body in (told.opening, told.closing):
        stated = Occurrence(occurred_at=body.occurred_at, basis=body.basis)
        occurrence.check(stated, allowed=True, now=NOW, earlier=[])


def test_a_season_is_opened_only_where_there_is_a_score_to_tell() -> None:
    told = {row.year for row in ROWS} | {YEAR_CLOSED}
    assert set(seasons.closed()) == told
    assert seasons.closed()[YEAR_CLOSED].rule_set == RULES_CLOSED


def test_a_decree_has_the_date_of_its_decision_where_both_are_known() -> None:
    dates = {
        year: told.decree_date for year, told in seasons.closed().items() if told.decree_number
    }
    assert set(dates) == {2020, 2021, 2023, 2025}
    for year, on in dates.items():
        assert on is None or on == seasons.closed()[year].decided
