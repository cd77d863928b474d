"""What the public is never shown, written out a second time."""

from shared.kernel import disclosure, recorded
from tests import examples

NOT_FOR_EVERYONE = {
    "finding.dismissed.1": "verifying",
    "verifier.assigned.1": "verifying",
    "clarification.opened.1": "verifying",
    "clarification.answered.1": "verifying",
    "coach.assigned.1": "coaching",
    "step.agreed.1": "coaching",
    "step.closed.1": "coaching",
    "branch.saved.1": "planning",
    "branch.discarded.1": "planning",
    "key.issued.1": "keys",
    "key.revoked.1": "keys",
    "role.granted.1": "keys",
    "role.withdrawn.1": "keys",
    "person.erased.1": "keys",
    "person.invited.1": "keys",
}


def test_plans_coaching_verifiers_and_keys_are_not_for_everyone() -> None:
    told = {recorded.topic(event): disclosure.circle_of(event) for event in examples.EVENTS}
    assert {
        topic: circle for topic, circle in told.items() if circle != "everyone"
    } == NOT_FOR_EVERYONE
