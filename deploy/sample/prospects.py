"""What Tanah Bumbu promises and what it considers: targets, and one what-if; all of it invented."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from msgspec import Struct

from deploy.sample import calendar, expected, profiles, words
from deploy.sample.plan import BASIS, SEED, Claims, Plan, Rejections, Submissions, level_of
from deploy.sample.traits import RULES_OPEN
from services.intake.bodies.indicator import ClaimItemBody
from services.intake.bodies.plans import BranchBody, TargetBody
from shared.io import rulebook
from shared.kernel.hypotheses import Add, Raise, Supposed
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import LEVEL_MAX

REGION = "63.10"

TARGETS: Mapping[int, str] = {2024: "45.00", 2025: "48.00", 2026: "52.00"}
INSTRUMENT = "data contoh: target rekaan, bukan kutipan RPJMD Kabupaten Tanah Bumbu"
PROMISED_ON = date(2024, 1, 15)
PROMISING = 9 * 60

BRANCH = "rencana-yandas"
BRANCH_NAME = "Isi urusan ketertiban umum dan lengkapi dua baris daerah"
# What the region lacks: public order, one of the six basic-service affairs.
AFFAIR = 5
NEW_NAME = "SI-YANDAS Laporan Ketertiban"
NEW = "si-yandas-laporan-ketertiban"
NEW_LEVEL = 2
VIDEO = "SID-VIDEO"
ROWS_RAISED = 2
AFTER_THE_LAST_FACT = timedelta(hours=1)


class Target(Struct, frozen=True, kw_only=True):
    """What is promised for a year."""

    year: int
    body: TargetBody


def targets() -> Sequence[Target]:
    """The promises, the earliest year first."""
    at = calendar.at(PROMISED_ON, PROMISING)
    return [
        Target(
            year=year,
            body=TargetBody(target=promised, instrument=INSTRUMENT, occurred_at=at, basis=BASIS),
        )
        for year, promised in sorted(TARGETS.items())
    ]


def branch(plan: Plan) -> BranchBody:
    """The what-if over everything that the region has handed in."""
    return BranchBody(
        name=BRANCH_NAME,
        hypotheses=(*_new(), *_rows(plan), _video(plan)),
        occurred_at=expected.last_moment([plan]) + AFTER_THE_LAST_FACT,
        basis=BASIS,
    )


def _new() -> Iterator[Supposed]:
    """An innovation for the affair, with the rows that every innovation must have."""
    affair = next(each for each in words.words().affairs if each.number == AFFAIR)
    region = rulebook.regions().by_code[REGION].name
    rng = Random(f"{SEED}/{BRANCH}")  # noqa: S311 - a sample, not a secret
    service = NEW_NAME.split(" ", 1)[1]
    stage = profiles.STAGES[0]
    told = profiles.profile(affair, NEW_NAME, service, region, stage, rng)
    yield Add(innovation=NEW, profile=profiles.completed(told, affair, REGION, NEW))
    for row in ruleset.innovation_rows(rulebook.rule_sets()[RULES_OPEN]):
        if row.mandatory.value:
            yield Raise(innovation=NEW, indicator=row.code, level=NEW_LEVEL)


def _rows(plan: Plan) -> Iterator[Supposed]:
    """The region's own rows that are worth most and not yet full, each a level higher."""
    rules = rulebook.rule_sets()[RULES_OPEN]

    def worth(claim: ClaimItemBody) -> int:
        return ruleset.weight_hundredths(ruleset.row(rules, claim.indicator))

    open_to = [claim for claim in _claims(plan, "") if level_of(claim) < LEVEL_MAX]
    for claim in sorted(open_to, key=worth, reverse=True)[:ROWS_RAISED]:
        yield Raise(indicator=claim.indicator, level=level_of(claim) + 1)


def _video(plan: Plan) -> Supposed:
    """A fuller video for one innovation that was sent and that stands."""
    sent = {name for step in plan.sent if isinstance(step, Submissions) for name, _ in step.items}
    sent -= {name for step in plan.sent if isinstance(step, Rejections) for name, _ in step.items}
    claim = next(
        claim
        for name in sorted(sent)
        for claim in _claims(plan, name)
        if claim.indicator == VIDEO and level_of(claim) < LEVEL_MAX
    )
    return Raise(innovation=claim.innovation, indicator=VIDEO, level=level_of(claim) + 1)


def _claims(plan: Plan, innovation: str) -> Iterator[ClaimItemBody]:
    sittings = (step.items for step in plan.steps if isinstance(step, Claims))
    return (claim for items in sittings for claim in items if claim.innovation == innovation)
