"""Next best evidence: every step of a region with 200 innovations, against re-scoring each one.

The floor is one full re-score (the tally folded anew, then the formula) times the number of steps;
it is measured on a sample of them, in the same run.
"""

import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from time import perf_counter

from services.projection.core import dossier as dossiers
from services.projection.core import steps
from services.projection.core.dossier import Dossier
from shared.io import rulebook
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.innovation import InnovationRegistered, InnovationSubmitted, Profile
from shared.kernel.recorded import Event, Meta, Recorded
from shared.kernel.rules import formula, ruleset
from shared.kernel.scorecard import STAGES, Stage

INNOVATIONS = 200
ROUNDS = 7
RESCORES = 100
NEIGHBOURS = [Decimal(index) for index in range(40, 52)]
START = datetime(2026, 6, 1, tzinfo=UTC)
RULES = rulebook.rule_set_for_year(2026)


def region() -> Dossier:
    """A region that has claimed and been judged on everything, at levels drawn by a seed."""
    drawn = Random(1)
    events: list[Event] = [
        IndicatorClaimed(year=2026, indicator=row.code, level=drawn.randint(0, 3))
        for row in ruleset.region_rows(RULES)
    ]
    for number in range(INNOVATIONS):
        name = f"inovasi-{number}"
        profile = Profile(
            name=name,
            tahapan="penerapan",
            main_urusan=6 + number % 30,
            implementation_date=date(2025, 1, 1),
            design="kata " * 300,
        )
        events.append(InnovationRegistered(year=2026, innovation=name, profile=profile))
        events.append(InnovationSubmitted(year=2026, innovation=name))
        for row in ruleset.innovation_rows(RULES):
            code, claimed = row.code, drawn.randint(0, 3)
            events.append(
                IndicatorClaimed(year=2026, innovation=name, indicator=code, level=claimed)
            )
            if claimed:
                level = drawn.randint(1, claimed)
                events.append(
                    IndicatorAccepted(year=2026, innovation=name, indicator=code, level=level)
                )
    return dossiers.opened(_recorded(events))


def _recorded(events: Sequence[Event]) -> list[Recorded]:
    return [
        Recorded(
            tenant="63.11",
            seq=seq,
            stream="",
            version=1,
            event=event,
            meta=Meta(actor="bench", role="region_admin"),
            recorded_at=START + timedelta(seconds=seq),
        )
        for seq, event in enumerate(events, start=1)
    ]


def _seconds(call: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = perf_counter()
        call()
        taken.append(perf_counter() - begun)
    return statistics.median(taken)


def measure(dossier: Dossier, stage: Stage) -> str:
    """One line: steps, our time, the floor's, and their ratio."""

    def rescore() -> None:
        formula.score(RULES, dossiers.tally_at(dossier, RULES, stage))

    count = len(steps.advise(dossier, RULES, stage, NEIGHBOURS).steps)
    ours = _seconds(lambda: steps.advise(dossier, RULES, stage, NEIGHBOURS), ROUNDS)
    floor = _seconds(rescore, RESCORES) * count
    return (
        f"{stage:14} {count:6} steps  advise {ours * 1000:7.1f} ms  "
        f"re-scoring each {floor * 1000:9.0f} ms  quicker by {floor / ours:6.0f}"
    )


def main() -> None:
    """Both stages."""
    print(f"Next best evidence, {INNOVATIONS} innovations, medians of {ROUNDS}")
    dossier = region()
    for stage in STAGES:
        print(measure(dossier, stage))


if __name__ == "__main__":
    main()
