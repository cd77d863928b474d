"""What may not be appended, and what an append leaves behind; the rest is property-tested."""

import msgspec
import pytest

from shared.kernel import appending, names
from shared.kernel.appending import (
    COMMAND_BYTES_MAX,
    EVENT_BYTES_MAX,
    EVENTS_PER_COMMAND_MAX,
    Append,
    Draft,
    Receipt,
    Settlement,
)
from shared.kernel.errors import Failure, Missing, Refused
from tests import examples

GOOD = examples.draft()


def settled(*appends: Append) -> Settlement:
    return appending.settle(appends, examples.known())


def outcome_of(draft: Draft) -> Receipt | Failure:
    return settled(examples.append(drafts=[draft])).outcomes[0]


def test_what_was_recorded_is_answered_with_its_place() -> None:
    receipt = settled(examples.append(drafts=[GOOD, GOOD])).outcomes[0]
    assert isinstance(receipt, Receipt)
    assert (receipt.first, receipt.last) == (1, 2)
    assert receipt.versions == {examples.STREAM: 2}
    assert receipt.recorded_at == examples.MOMENT


def test_what_was_already_true_is_answered_but_not_recorded() -> None:
    settlement = settled(examples.append(drafts=[]))
    receipt = settlement.outcomes[0]
    assert isinstance(receipt, Receipt)
    assert (receipt.first, receipt.last) == (1, 0)
    assert settlement.events == ()
    assert settlement.heads == ()
    assert len(settlement.commands) == 1


def test_a_refusal_is_not_kept_so_that_the_key_can_be_used_again() -> None:
    assert settled(examples.append(tenant="99.99")).commands == ()
    assert settled(examples.append(expected={"elsewhere": 3})).commands == ()


def test_an_unknown_tenant_is_missing() -> None:
    outcome = settled(examples.append(tenant="99.99")).outcomes[0]
    assert isinstance(outcome, Missing)
    assert outcome.reason == "tenant.unknown"


def test_a_command_writes_ten_thousand_events_and_not_one_more() -> None:
    most = settled(examples.append(drafts=[GOOD] * EVENTS_PER_COMMAND_MAX)).outcomes[0]
    more = settled(examples.append(drafts=[GOOD] * (EVENTS_PER_COMMAND_MAX + 1))).outcomes[0]
    assert isinstance(most, Receipt)
    assert isinstance(more, Refused)
    assert more.reason == "command.too_large"


def test_a_command_has_a_limit_in_bytes_too() -> None:
    heavy = msgspec.structs.replace(GOOD, state=b"x" * (EVENT_BYTES_MAX - len(GOOD.meta)))
    most = COMMAND_BYTES_MAX // EVENT_BYTES_MAX
    more = settled(examples.append(drafts=[heavy] * (most + 1))).outcomes[0]
    assert isinstance(settled(examples.append(drafts=[heavy] * most)).outcomes[0], Receipt)
    assert isinstance(more, Refused)
    assert more.reason == "command.too_heavy"


def test_state_and_meta_together_have_a_limit() -> None:
    room = EVENT_BYTES_MAX - len(GOOD.meta)
    fitting = msgspec.structs.replace(GOOD, state=b"x" * room)
    assert isinstance(outcome_of(fitting), Receipt)
    refused = outcome_of(msgspec.structs.replace(fitting, state=b"x" * (room + 1)))
    assert isinstance(refused, Refused)
    assert refused.reason == "event.too_large"


@pytest.mark.parametrize("name", ["s" * (names.NAME_LENGTH_MAX + 1), "nul\x00", "lone \ud800"])
@pytest.mark.parametrize("field", ["stream", "topic"])
def test_what_no_index_or_message_can_carry_is_refused(field: str, name: str) -> None:
    outcome = outcome_of(msgspec.structs.replace(GOOD, **{field: name}))
    assert isinstance(outcome, Refused)
    assert outcome.reason == f"{field}.unnameable"


@pytest.mark.parametrize("key", ["k" * (names.NAME_LENGTH_MAX + 1), "nul\x00", "lone \ud800"])
def test_a_key_that_no_index_can_hold_is_refused(key: str) -> None:
    outcome = settled(examples.append(key, request=b"request")).outcomes[0]
    assert isinstance(outcome, Refused)
    assert outcome.reason == "command.unnameable"


def test_names_as_long_as_allowed_are_recorded() -> None:
    longest = "\N{ELEPHANT}" * names.NAME_LENGTH_MAX
    draft = msgspec.structs.replace(GOOD, stream=longest, topic=longest)
    assert isinstance(settled(examples.append(longest, drafts=[draft])).outcomes[0], Receipt)


def test_event_ids_follow_from_the_command_alone() -> None:
    first, again = (settled(examples.append(drafts=[GOOD, GOOD])).events for _ in range(2))
    assert [event.event_id for event in first] == [event.event_id for event in again]
    assert str(first[0].event_id) == "4b5e4612-7b86-58e2-883a-bbe58a86f51a"


def test_event_ids_differ_between_tenants_keys_and_places() -> None:
    ids = {
        appending.event_id(tenant, key, index)
        for tenant in ("63", "63.1", "63.10")
        for key in ("1", "1/1", "1/1/1", "/1", "11")
        for index in range(12)
    }
    assert len(ids) == 3 * 5 * 12
