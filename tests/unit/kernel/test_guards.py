"""A decision rests on what it read, also in another tenant's log, and on the log's own clock."""

from datetime import UTC, datetime, timedelta

import msgspec

from shared.kernel import appending
from shared.kernel.appending import Append, Draft, Head, Known, Receipt
from shared.kernel.errors import Outrun, Refused

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
SEASON = ("00", "season/2026")
CLAIM = Append(
    tenant="63.10",
    key="k",
    request=b"r",
    expected={"claim/2026/region/SPD-01": 0},
    guards={SEASON: 1},
    drafts=(Draft(stream="claim/2026/region/SPD-01", topic="t.1", state=b"{}", meta=b"{}"),),
)


def _settled(append: Append, season_version: int) -> object:
    head = Head(tenant="63.10", seq=0, epoch=1, frontier=b"", recorded_at=NOW)
    known = Known(heads={"63.10": head}, versions={SEASON: season_version}, answered={}, now=NOW)
    return appending.settle([append], known).outcomes[0]


def test_a_season_that_was_closed_meanwhile_makes_the_claim_decide_again() -> None:
    assert isinstance(_settled(CLAIM, 1), Receipt)
    outcome = _settled(CLAIM, 2)
    assert isinstance(outcome, Outrun)
    assert outcome.facts["stream"] == SEASON[1]


def test_the_guarded_tenant_is_shared_and_not_written() -> None:
    assert appending.tenants_guarded([CLAIM]) == ["00"]
    opening = msgspec.structs.replace(CLAIM, tenant="00", guards={})
    assert appending.tenants_guarded([CLAIM, opening]) == []
    assert SEASON in appending.streams_named([CLAIM])


def test_a_moment_ahead_of_the_logs_clock_is_refused() -> None:
    stated = msgspec.structs.replace(CLAIM, stated_at=NOW + timedelta(seconds=1))
    outcome = _settled(stated, 1)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "history.out_of_range"
    assert isinstance(_settled(msgspec.structs.replace(CLAIM, stated_at=NOW), 1), Receipt)
