"""What travels on the bus comes out as it went in, and nothing damaged ever comes out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import envelope, names
from shared.kernel.envelope import BYTES_MAX, EVENTS_MAX
from shared.kernel.errors import Corrupt
from shared.kernel.recorded import Stored
from tests import examples

# What the server takes in one message, headers included.
SERVER_BYTES_MAX = 1024 * 1024

CARRIED = examples.carried(1, 4)
PACKED = envelope.pack(CARRIED)


def damaged(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The message with its JSON changed."""
    message = msgspec.json.decode(PACKED)
    change(message["data"])
    return msgspec.json.encode(message)


def events_with(**fields: object) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["events"][1].update(fields)


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 4), (5, 30)])
def test_what_is_packed_is_unpacked(first: int, last: int) -> None:
    carried = examples.carried(first, last)
    assert envelope.unpack(envelope.pack(carried), "intake") == carried
    assert (carried.first, carried.last) == (first, last)


@given(
    stream=st.text(
        st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=50
    ),
    moment=st.datetimes(timezones=st.just(UTC)),
)
def test_any_stream_and_any_moment_come_out_as_they_went_in(stream: str, moment: datetime) -> None:
    event = examples.rehashed(examples.stored(), stream=stream, recorded_at=moment)
    carried = msgspec.structs.replace(CARRIED, events=[event])
    assert envelope.unpack(envelope.pack(carried), "intake") == carried


def test_the_bytes_of_state_and_meta_are_not_touched() -> None:
    state = b'{"year":2026,   "type":"innovation.submitted.1","innovation":"\\u0074apis"}'
    event = examples.rehashed(examples.stored(), state=state, meta=b'{"role":1.50,"actor":null}')
    carried = msgspec.structs.replace(CARRIED, events=[event])
    assert envelope.unpack(envelope.pack(carried), "intake").events == [event]


def test_it_is_a_cloudevent() -> None:
    message = msgspec.json.decode(PACKED)
    assert {name: value for name, value in message.items() if name != "data"} == {
        "specversion": "1.0",
        "id": "intake:63.10:1:1-4",
        "source": "/intake/63.10",
        "type": "id.jejak-inovasi.range.1",
        "subject": "63.10",
        "time": "2026-01-02T00:04:05.678901Z",
        "datacontenttype": "application/json",
    }


def test_the_same_range_has_the_same_id_and_any_other_another() -> None:
    ids = {
        examples.carried(first, last, tenant).message_id
        for tenant in (examples.TENANT, examples.NEIGHBOUR)
        for first in (1, 2)
        for last in (3, 4)
    }
    assert len(ids) == 8
    assert examples.carried(1, 4).message_id == CARRIED.message_id


@pytest.mark.parametrize(
    "change",
    [
        events_with(stream="innovation/2026/tipas"),
        events_with(version=9),
        events_with(event_id=str(examples.identity(99))),
        events_with(topic="innovation.revised.1"),
        events_with(recorded_at="2026-01-02T00:04:05.678902Z"),
        events_with(recorded_at="2026-01-02T00:04:05.678901"),
        events_with(leaf_hash="00" * 32),
        events_with(leaf_hash="no hexadecimal"),
        events_with(leaf_hash=""),
        events_with(meta={"actor": "key-2", "role": "region_admin"}),
        events_with(state={"type": "innovation.submitted.1", "year": 2027, "innovation": "tapis"}),
        events_with(seq=3),
        events_with(seq=-2),
        events_with(seq=2.5),
        lambda data: data["events"].pop(1),
        lambda data: data["events"].pop(),
        lambda data: data["events"].pop(0),
        lambda data: data["events"].reverse(),
        lambda data: data["events"].append(data["events"][0]),
        lambda data: data.update(events=[]),
        lambda data: data.update(events=[], first=5, last=4),
        lambda data: data.update(tenant="63.11"),
        lambda data: data.update(first=0),
        lambda data: data.update(last=5),
        lambda data: data.update(last=2**62),
        lambda data: data.update(first=-(2**62)),
        lambda data: data.pop("epoch"),
    ],
)
def test_an_altered_message_is_corrupt(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(Corrupt):
        envelope.unpack(damaged(change), "intake")


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{}",
        b"null",
        b"garbage",
        b"\xff\xfe\x00",
        PACKED[:-1],
        PACKED + b"}",
        PACKED.replace(b"innovation/2026/tapis", b"innovation/2026/tap\xffs"),
        PACKED.replace(b"innovation/2026/tapis", b"innovation/2026/\\ud800"),
        PACKED.replace(b'"meta":{', b'"meta":{"deep":' + b"[" * 100_000 + b"]" * 100_000 + b","),
        b"[" * 100_000,
    ],
    ids=lambda message: repr(message[:12]),
)
def test_garbage_is_corrupt(message: bytes) -> None:
    with pytest.raises(Corrupt):
        envelope.unpack(message, "intake")


@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_no_single_byte_can_change_what_comes_out(at: int, flip: int) -> None:
    """Either noticed, or in the wrapping that carries no facts."""
    message = bytearray(PACKED)
    message[at] ^= flip
    try:
        opened = envelope.unpack(bytes(message), "intake")
    except Corrupt:
        return
    assert opened.events == CARRIED.events
    assert opened.tenant == CARRIED.tenant


def rows(count: int, state_bytes: int) -> list[Stored]:
    """Rows of the size asked for; only their size matters here."""
    state = b'"' + b"x" * (state_bytes - 2) + b'"'
    return [msgspec.structs.replace(event, state=state) for event in examples.log_of(count)]


def test_a_message_carries_no_more_events_than_its_limit() -> None:
    assert len(envelope.fitting(rows(EVENTS_MAX, 2))) == EVENTS_MAX
    assert len(envelope.fitting(rows(EVENTS_MAX + 1, 2))) == EVENTS_MAX


def test_a_message_carries_no_more_bytes_than_its_limit() -> None:
    fitted = envelope.fitting(rows(40, BYTES_MAX // 20))
    assert 1 < len(fitted) < 20
    assert sum(len(event.state) for event in fitted) <= BYTES_MAX


def test_an_event_as_large_as_the_limit_goes_alone() -> None:
    assert len(envelope.fitting(rows(2, BYTES_MAX))) == 1


def test_nothing_fits_of_nothing() -> None:
    assert list(envelope.fitting([])) == []


@pytest.mark.parametrize("state_bytes", [2, 200, 1000, 50_000, 256 * 1024])
@pytest.mark.parametrize("stream", ["s" * 200, "\x01" * 200, "\N{ELEPHANT}" * 200], ids=ascii)
def test_whatever_fits_is_taken_by_the_server(state_bytes: int, stream: str) -> None:
    longest = "t" * names.NAME_LENGTH_MAX
    events = [
        msgspec.structs.replace(event, stream=stream, topic=longest)
        for event in rows(EVENTS_MAX, state_bytes)
    ]
    carried = msgspec.structs.replace(CARRIED, events=envelope.fitting(events))
    assert len(envelope.pack(carried)) < SERVER_BYTES_MAX - 1024


def test_moments_of_another_time_zone_come_out_as_the_same_moment() -> None:
    late = examples.MOMENT.astimezone(tz=None) + timedelta(0)
    event = examples.rehashed(examples.stored(), recorded_at=late)
    carried = msgspec.structs.replace(CARRIED, events=[event])
    assert envelope.unpack(envelope.pack(carried), "intake").events[0].recorded_at == late
