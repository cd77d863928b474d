"""A region's open season with everything that happens around its claims and verdicts."""

from deploy.sample import agencies, clarifications, coaching, decrees, draw, laboratory, quality
from deploy.sample.calendar import Season
from deploy.sample.draft import Draft
from deploy.sample.plan import Plan
from deploy.sample.traits import Traits


def season(traits: Traits, days: Season) -> Plan:
    """What was drawn, and told around it: the scores are those that were drawn."""
    draft = Draft(draw.season(traits, days))
    for step in agencies.described(traits.region, days):
        draft.tell(step.name, *step.items)
    laboratory.tell(draft, days)
    quality.tell(draft, days)
    clarifications.tell(draft, days)
    coaching.tell(draft, days)
    decrees.tell(draft)
    return draft.plan()
