"""How a movement is told where nobody had a place before, and where scores were only told."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.projection.core import ranking
from services.projection.core.attribution import attribution
from services.projection.core.attribution.attribution import Result
from services.projection.core.attribution.items import Standing
from services.projection.core.attribution.words import sentence
from shared.io import rulebook
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.recorded import Meta, Recorded

RULES = rulebook.rule_set_for_year(2026)
CLAIMED = Recorded(
    tenant="63.03",
    seq=1,
    stream="s",
    version=1,
    event=IndicatorClaimed(year=2026, indicator="SPD-08", level=2),
    meta=Meta(actor="a", role="r"),
    recorded_at=datetime(2026, 6, 1, tzinfo=UTC),
)


def newly(name: str, facts: Sequence[Recorded]) -> Standing:
    return Standing(region=name, name=name, then=(), now=facts, rules_then=RULES, rules_now=RULES)


def test_where_nothing_was_known_nobody_had_a_place() -> None:
    own, other = newly("Banjar", [CLAIMED]), newly("Tapin", [])
    movement = attribution.attribute(own, [other], stage="mandiri", deadline=None)
    assert (movement.rank_then, movement.rank_now, movement.places_gained) == (None, 1, None)
    assert (movement.index_then, movement.parts, movement.neighbours) == (None, (), ())
    assert sentence(movement, "Kabupaten Banjar") == (
        "Kabupaten Banjar memperoleh peringkat ke-1 dari 2 daerah, bernilai 1,20; sebelumnya belum "
        "ada nilai."
    )


CALLED = {
    ("final", False): "karena hasil resminya sendiri",
    ("final", True): "karena nilai contohnya sendiri, yang direka",
    ("mandiri", False): "karena nilai yang dinyatakan tentangnya",
}


@pytest.mark.parametrize(("kind", "cause"), CALLED.items())
def test_only_a_decree_is_called_official(kind: tuple[ranking.Stage, bool], cause: str) -> None:
    stage, sample = kind
    own = Result(region="a", name="A", then=Decimal(50), now=Decimal(52), seqs=(7,), sample=sample)
    other = Result(region="b", name="B", then=Decimal(51), now=Decimal(51))
    movement = attribution.attribute_results(own, [other], stage=stage)
    assert cause in sentence(movement, "Kabupaten Banjar")
