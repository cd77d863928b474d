"""What the pages reckon by themselves: moments of a timeline, lengths of drawings, years."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projection.pages import frame, timeline
from shared.io.pages import charts
from shared.kernel.errors import Missing

START = datetime(2026, 1, 1, tzinfo=UTC)
SPANS = st.timedeltas(min_value=timedelta(days=1), max_value=timedelta(days=400))


@given(SPANS)
def test_moments_are_evenly_apart_and_hold_both_ends(span: timedelta) -> None:
    moments = timeline.spread(START, START + span)
    assert moments[0] == START
    assert moments[-1] == START + span
    steps = {
        round((later - earlier) / timedelta(milliseconds=1))
        for earlier, later in itertools.pairwise(moments)
    }
    assert max(steps) - min(steps) <= 1


@given(SPANS, st.floats(min_value=0, max_value=1))
def test_no_other_moment_is_nearer(span: timedelta, share: float) -> None:
    moments = timeline.spread(START, START + span)
    at = START + span * share
    found = timeline.nearest(moments, at)
    assert abs(moments[found] - at) == min(abs(moment - at) for moment in moments)


@pytest.mark.parametrize("given_year", ["", "26", "02026", "٢٠٢٦", "2026 ", "20x6"])
def test_a_year_has_one_spelling(given_year: str) -> None:
    with pytest.raises(Missing):
        frame.year_of(given_year)


def test_a_year_is_read() -> None:
    assert frame.year_of("2026") == 2026


def test_a_bar_is_as_long_as_its_value_and_never_longer_than_its_axis() -> None:
    assert 'class="fill" width="45.67"' in charts.bar(Decimal("45.67"))
    assert 'class="fill" width="100.00"' in charts.bar(Decimal(120))
    assert 'class="fill" width="50.00"' in charts.bar(Decimal(2), most=Decimal(4))


@pytest.mark.parametrize(("start", "end", "tone"), [(5, 9, "rise"), (9, 5, "drop"), (5, 5, "same")])
def test_a_step_says_which_way_it_goes(start: int, end: int, tone: str) -> None:
    assert f'class="{tone}" x="5.00"' in charts.step(Decimal(start), Decimal(end))


def test_what_a_line_is_named_is_text_and_no_markup() -> None:
    drawn = charts.lines(
        [charts.Series(name="<script>", values=[1, None, 2])], ["a", "b", "c"], most=2
    )
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
