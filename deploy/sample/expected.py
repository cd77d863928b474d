"""What the ranking must show once everything has arrived, reckoned from what was handed in.

Plain arithmetic over the final state, with nothing of scoring's own: if the two disagree, the
load says so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct, field

from deploy.sample import history, results
from deploy.sample.plan import (
    Acceptances,
    Claims,
    Fact,
    Facts,
    Plan,
    Registrations,
    Rejections,
    Returns,
    Submissions,
    Withdrawals,
    level_of,
    moments_of,
)
from deploy.sample.traits import PROVINCE, RULES_OPEN, YEAR_OPEN
from services.intake.bodies.region import TrialDecisionBody
from services.intake.bodies.verification import AnswerBody, ReviewBody
from shared.io import rulebook
from shared.kernel import names
from shared.kernel.hypotheses import ProfileBody
from shared.kernel.rules import affairs, eligibility, formula, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet

Stage = Literal["mandiri", "terverifikasi"]
STAGES: tuple[Stage, ...] = ("mandiri", "terverifikasi")

Scores = Mapping[str, Decimal]


def official(at: datetime) -> Scores:
    """The results of season 2024 as they stood at a moment, of the regions ranked together."""
    return {
        result.region: result.body.score
        for result in results.ALL
        if result.region != PROVINCE
        and result.body.occurred_at is not None
        and result.body.occurred_at <= at
    }


def published() -> Mapping[tuple[int, str], Scores]:
    """The real results by year and province, of the regions that are ranked together."""
    found: dict[tuple[int, str], dict[str, Decimal]] = {}
    for row in history.rows():
        province = names.province_of(row.region)
        if row.stage == "final" and row.region != province:
            found.setdefault((row.year, province), {})[row.region] = Decimal(row.score)
    return found


def positions(scores: Scores) -> Mapping[str, int]:
    """Each region's place; equal scores share one."""
    return {
        region: 1 + sum(other > score for other in scores.values())
        for region, score in scores.items()
    }


def last_moment(plans: Sequence[Plan]) -> datetime:
    """When the last fact of the open season took place."""
    return max(moment for plan in plans for step in plan.sent for moment in moments_of(step))


def ranked(plans: Sequence[Plan], stage: Stage) -> Scores:
    """The index of every region that the province's ranking compares."""
    rules = rulebook.rule_sets()[RULES_OPEN]
    return {
        plan.region: formula.score(rules, tally(plan, stage)).index
        for plan in plans
        if names.province_of(plan.region) != plan.region
    }


class _Final(Struct, kw_only=True):
    """How a season ends: `levels` are per slot the level claimed and the level accepted."""

    profiles: dict[str, ProfileBody] = field(default_factory=dict)
    submitted: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    levels: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)


def tally(plan: Plan, stage: Stage) -> Tally:
    """A region's season added up."""
    rules = rulebook.rule_sets()[RULES_OPEN]
    final = _final(plan)
    counted, refused = _counted(rules, final, stage)
    weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
    points = {
        slot: weights[slot[1]] * told[0 if stage == "mandiri" else 1]
        for slot, told in final.levels.items()
    }
    basic = affairs.basic(rulebook.affairs())
    return Tally(
        spd=sum(worth for (name, _), worth in points.items() if not name),
        maturity=sum(worth for (name, _), worth in points.items() if name in counted),
        innovations=len(counted),
        affairs=len({final.profiles[name].main_urusan for name in counted} & basic),
        rejected=len(refused),
    )


def _counted(rules: RuleSet, final: _Final, stage: Stage) -> tuple[set[str], set[str]]:
    """The innovations that count, and those that were looked at and may not."""
    stages = ruleset.declared(rules.counted_stages)
    applied = {name for name, told in final.profiles.items() if told.tahapan in stages}
    if stage == "mandiri":
        return applied, set()
    sent = applied & final.submitted
    unfit = {name for name in sent if _is_unfit(rules, final.profiles[name])}
    refused = unfit | (sent & final.rejected)
    return sent - refused, refused


def _is_unfit(rules: RuleSet, told: ProfileBody) -> bool:
    asked = eligibility.candidate(told.implementation_date, told.development_date, told.design)
    return bool(eligibility.unmet(rules, YEAR_OPEN, asked))


def _final(plan: Plan) -> _Final:
    final = _Final()
    for step in plan.sent:
        match step:
            case Acceptances() | Returns() | Rejections():
                _judge(final, step)
            case Facts(items=told):
                _tell(final, told)
            case _:
                _report(final, step)
    return final


def _report(final: _Final, step: Registrations | Submissions | Claims | Withdrawals) -> None:
    """What the region says."""
    match step:
        case Registrations(items=registered):
            final.profiles |= {body.innovation: body.profile for body in registered}
        case Submissions(items=sent):
            final.submitted |= {name for name, _ in sent}
        case Claims(items=claims):
            for each in claims:
                final.levels[each.innovation, each.indicator] = (level_of(each), 0)
        case Withdrawals(items=withdrawn):
            for name, _ in withdrawn:
                del final.profiles[name]


def _tell(final: _Final, told: Sequence[Fact]) -> None:
    """What becomes of it by a second look, an answer or a trial's decision."""
    for fact in told:
        match fact.body:
            case ReviewBody(level=level) | AnswerBody(granted=True, level=level):
                final.levels[fact.slot] = (final.levels[fact.slot][0], level)
            case TrialDecisionBody(decision="diterapkan", decided_on=day):
                final.profiles[fact.innovation] = msgspec.structs.replace(
                    final.profiles[fact.innovation],
                    tahapan="penerapan",
                    implementation_date=day,
                )
            case _:
                pass


def _judge(final: _Final, step: Acceptances | Returns | Rejections) -> None:
    """What the verifier says."""
    levels = final.levels
    match step:
        case Acceptances(items=accepted):
            for each in accepted:
                slot = (each.innovation, each.indicator)
                levels[slot] = (levels[slot][0], each.level)
        case Returns(items=returned):
            for name, indicator, _ in returned:
                levels[name, indicator] = (levels[name, indicator][0], 0)
        case Rejections(items=rejected):
            final.rejected |= {name for name, _ in rejected}
