"""Which facts a score can come from: the list says what the scorecard does."""

import pytest

from shared.io import rulebook
from shared.kernel.errors import Corrupt
from shared.kernel.recorded import Event, topic
from shared.kernel.scorecard import BEARING, Scorecard
from tests import examples


@pytest.mark.parametrize("event", examples.EVENTS, ids=topic)
def test_the_facts_that_bear_are_those_the_scorecard_takes(event: Event) -> None:
    card = Scorecard(rulebook.rule_set_for_year(2026))
    try:
        touched = card.apply(event)
    except Corrupt:  # the example's indicator is of no rule set; it was looked for all the same
        touched = ""
    assert (touched is not None) == isinstance(event, BEARING)
