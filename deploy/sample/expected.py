"""What the ranking must show once everything has arrived, reckoned from what was handed in.

Plain arithmetic over the final state, with nothing of scoring's own: if the two disagree, the
load says so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from deploy.sample import results
from deploy.sample.plan import Acceptances, Claims, Plan, Registrations, Returns, Submissions
from deploy.sample.traits import PROVINCE, RULES_OPEN
from services.intake.bodies import ProfileBody
from shared.io import rulebook
from shared.kernel import names
from shared.kernel.rules import affairs, formula, ruleset
from shared.kernel.rules.formula import Tally

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


def positions(scores: Scores) -> Mapping[str, int]:
    """Each region's place; equal scores share one."""
    return {
        region: 1 + sum(other > score for other in scores.values())
        for region, score in scores.items()
    }


def last_moment(plans: Sequence[Plan]) -> datetime:
    """When the last fact of the open season took place."""
    moments = [
        (item[-1] if isinstance(item, tuple) else item).occurred_at
        for plan in plans
        for step in plan.sent
        for item in step.items
    ]
    return max(moment for moment in moments if moment is not None)


def ranked(plans: Sequence[Plan], stage: Stage) -> Scores:
    """The index of every region that the province's ranking compares."""
    rules = rulebook.rule_sets()[RULES_OPEN]
    return {
        plan.region: formula.score(rules, tally(plan, stage)).index
        for plan in plans
        if names.province_of(plan.region) != plan.region
    }


def tally(plan: Plan, stage: Stage) -> Tally:
    """A region's season added up."""
    profiles, submitted, levels = _final(plan)
    rules = rulebook.rule_sets()[RULES_OPEN]
    stages = ruleset.declared(rules.counted_stages)
    counted = {
        name
        for name, profile in profiles.items()
        if profile.tahapan in stages and (stage == "mandiri" or name in submitted)
    }
    weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
    points = {
        slot: weights[slot[1]] * told[0 if stage == "mandiri" else 1]
        for slot, told in levels.items()
    }
    basic = affairs.basic(rulebook.affairs())
    return Tally(
        spd=sum(worth for (name, _), worth in points.items() if not name),
        maturity=sum(worth for (name, _), worth in points.items() if name in counted),
        innovations=len(counted),
        affairs=len({profiles[name].main_urusan for name in counted} & basic),
    )


def _final(
    plan: Plan,
) -> tuple[Mapping[str, ProfileBody], set[str], Mapping[tuple[str, str], tuple[int, int]]]:
    """Profiles, what was submitted, and per slot the level claimed and the level accepted."""
    profiles: dict[str, ProfileBody] = {}
    submitted: set[str] = set()
    levels: dict[tuple[str, str], tuple[int, int]] = {}
    for step in plan.sent:
        match step:
            case Registrations(items=registered):
                profiles |= {body.innovation: body.profile for body in registered}
            case Submissions(items=sent):
                submitted |= {name for name, _ in sent}
            case Claims(items=claims):
                levels |= {(each.innovation, each.indicator): (each.level, 0) for each in claims}
            case Acceptances(items=accepted):
                for each in accepted:
                    slot = (each.innovation, each.indicator)
                    levels[slot] = (levels[slot][0], each.level)
            case Returns(items=returned):
                for name, indicator, _ in returned:
                    levels[name, indicator] = (levels[name, indicator][0], 0)
    return profiles, submitted, levels
