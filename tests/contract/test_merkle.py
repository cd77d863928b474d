"""The hash tree as RFC 6962 defines it, and the bytes of a leaf, which are fixed for ever."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import msgspec
import pytest

from shared.kernel import appending, merkle
from tests import examples

LEAVES_MAX = 300

# The inputs and roots that certificate-transparency-go and its descendants test against.
PUBLISHED_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

# What the first release stored of a submission; its shape has grown since, its hash never changes.
STORED = examples.stored(
    state=b'{"type":"innovation.submitted.1","year":2026,"innovation":"tapis"}'
)


def hashes_of(count: int) -> list[bytes]:
    return [sha256(b"\x00" + b"%d" % number).digest() for number in range(count)]


@pytest.mark.parametrize("size", range(len(PUBLISHED_ROOTS)))
def test_published_roots_are_ours(size: int) -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in PUBLISHED_LEAVES[:size]]
    assert merkle.root(merkle.extend(b"", 0, hashes)).hex() == PUBLISHED_ROOTS[size]
    assert examples.tree(hashes).hex() == PUBLISHED_ROOTS[size]


def test_the_root_is_the_recursive_definition_at_every_size() -> None:
    hashes = hashes_of(LEAVES_MAX)
    frontier = b""
    for size in range(LEAVES_MAX + 1):
        assert merkle.root(frontier) == examples.tree(hashes[:size])
        assert len(frontier) == merkle.HASH_BYTES * size.bit_count()
        if size < LEAVES_MAX:
            frontier = merkle.extend(frontier, size, [hashes[size]])


def test_it_does_not_matter_how_the_leaves_were_batched() -> None:
    hashes = hashes_of(LEAVES_MAX)
    whole = merkle.extend(b"", 0, hashes)
    for size in range(LEAVES_MAX + 1):
        assert merkle.extend(merkle.extend(b"", 0, hashes[:size]), size, hashes[size:]) == whole


def test_a_frontier_of_another_size_is_refused() -> None:
    frontier = merkle.extend(b"", 0, hashes_of(3))
    for size in (0, 1, 2, 4, 7):
        with pytest.raises(ValueError, match="frontier"):
            merkle.extend(frontier, size, hashes_of(1))


def test_a_leaf_is_written_as_netstrings_in_a_fixed_order() -> None:
    assert appending.leaf_of(STORED) == (
        b"20:jejak-inovasi/leaf/1,"
        b"5:63.10,"
        b"1:7,"
        b"21:innovation/2026/tapis,"
        b"1:2,"
        b"16:" + STORED.event_id.bytes + b","
        b"22:innovation.submitted.1,"
        b"16:1767312245678901,"
        b'39:{"actor":"key-1","role":"region_admin"},'
        b'66:{"type":"innovation.submitted.1","year":2026,"innovation":"tapis"},'
    )


def test_the_hash_of_a_leaf_never_changes() -> None:
    golden = "04675b57a5f92ca2b7206518b435c21984c7cbd2d03cc4f522a096bbf1492d23"
    assert STORED.leaf_hash.hex() == golden
    assert sha256(b"\x00" + appending.leaf_of(STORED)).hexdigest() == golden


@pytest.mark.parametrize(
    "change",
    [
        {"tenant": "63.11"},
        {"seq": 8},
        {"stream": "innovation/2026/tapi"},
        {"version": 3},
        {"event_id": examples.identity(2)},
        {"topic": "innovation.submitted.2"},
        {"recorded_at": STORED.recorded_at + timedelta(microseconds=1)},
        {"meta": STORED.meta + b" "},
        {"state": STORED.state[:-1]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_column_is_under_the_hash(change: dict[str, object]) -> None:
    changed = msgspec.structs.replace(STORED, **change)
    assert merkle.leaf_hash(appending.leaf_of(changed)) != STORED.leaf_hash


def test_bytes_moved_from_one_column_to_the_next_are_noticed() -> None:
    moved = msgspec.structs.replace(
        STORED, meta=STORED.meta + STORED.state[:1], state=STORED.state[1:]
    )
    assert merkle.leaf_hash(appending.leaf_of(moved)) != STORED.leaf_hash


def test_a_moment_is_hashed_the_same_in_every_time_zone() -> None:
    makassar = timezone(timedelta(hours=8))
    moved = msgspec.structs.replace(STORED, recorded_at=STORED.recorded_at.astimezone(makassar))
    assert appending.leaf_of(moved) == appending.leaf_of(STORED)


def test_microseconds_are_exact_where_floats_are_not() -> None:
    late = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert merkle.microseconds(late) == 253402300799999999
    assert merkle.microseconds(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)) == -1
