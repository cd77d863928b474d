"""What was ever stored can be read for ever: one frozen example of every kind of event.

A golden file is never edited. When a field is added (with a default), the file is renamed to
`tag~1.json`, `tag~2.json`, … and a new one of the new shape takes its name: the old bytes must
still decode, the new ones must come back byte for byte.
"""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from shared.kernel import appending, recorded
from shared.kernel.appending import Receipt
from shared.kernel.errors import Corrupt
from shared.kernel.recorded import Event, Meta
from tests import examples

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.json"))
NEWEST = [path for path in FILES if "~" not in path.stem]
KINDS = {str(kind.__struct_config__.tag): kind for kind in get_args(Event)}

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
every_newest = pytest.mark.parametrize("path", NEWEST, ids=lambda path: path.stem)


def fields(raw: bytes) -> dict[str, object]:
    return msgspec.json.decode(raw, type=dict[str, object])


def holds(new: object, old: object) -> bool:
    """Whether all that the old bytes said is said by the new ones, which may say more."""
    if isinstance(new, dict) and isinstance(old, dict):
        return all(key in new and holds(new[key], value) for key, value in old.items())
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(holds, new, old))
    return new == old


def test_every_tag_has_a_golden_and_every_golden_a_tag() -> None:
    assert sorted(path.stem for path in NEWEST) == sorted(KINDS)
    assert {path.stem.split("~")[0] for path in FILES} == set(KINDS)


def test_every_tag_has_an_example() -> None:
    assert [recorded.topic(event) for event in examples.EVENTS] == list(KINDS)


@every_file
def test_it_decodes_to_the_kind_its_name_says(path: Path) -> None:
    event = recorded.decode_event(path.read_bytes())
    assert recorded.topic(event) == path.stem.split("~")[0]
    assert type(event) is KINDS[recorded.topic(event)]


@every_file
def test_nothing_it_says_is_lost(path: Path) -> None:
    raw = path.read_bytes()
    again = recorded.encode(recorded.decode_event(raw))
    assert holds(msgspec.json.decode(again), msgspec.json.decode(raw))


@every_newest
def test_it_encodes_byte_for_byte(path: Path) -> None:
    raw = path.read_bytes()
    assert recorded.encode(recorded.decode_event(raw)) == raw


@every_newest
def test_it_shows_every_field(path: Path) -> None:
    kind = KINDS[path.stem]
    assert set(fields(path.read_bytes())) == {"type", *kind.__struct_fields__}


@every_newest
def test_a_field_of_a_later_release_is_tolerated(path: Path) -> None:
    later = path.read_bytes()[:-1] + b',"added_later":[1,{"a":null}]}'
    assert recorded.encode(recorded.decode_event(later)) == path.read_bytes()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[]",
        b'{"type":"season.opened.2","year":2026}',
        b'{"type":"season.closed.1"}',
        b'{"type":"season.closed.1","year":"2026"}',
    ],
)
def test_what_is_no_event_is_corrupt(raw: bytes) -> None:
    with pytest.raises(Corrupt, match=r"event\.unreadable"):
        recorded.decode_event(raw)


COLUMNS = GOLDEN / "columns"


@pytest.mark.parametrize("path", sorted(COLUMNS.glob("meta*.json")), ids=lambda path: path.stem)
def test_a_meta_decodes_and_encodes_byte_for_byte(path: Path) -> None:
    raw = path.read_bytes()
    assert recorded.encode(msgspec.json.decode(raw, type=Meta)) == raw


@pytest.mark.parametrize("path", sorted(COLUMNS.glob("receipt*.json")), ids=lambda path: path.stem)
def test_a_receipt_decodes_and_encodes_byte_for_byte(path: Path) -> None:
    raw = path.read_bytes()
    assert appending.encode_receipt(appending.decode_receipt(raw)) == raw


def test_the_newest_columns_show_every_field() -> None:
    assert set(fields((COLUMNS / "meta.json").read_bytes())) == set(Meta.__struct_fields__)
    assert set(fields((COLUMNS / "receipt.json").read_bytes())) == set(Receipt.__struct_fields__)
