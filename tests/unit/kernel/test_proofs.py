"""Proofs of the hash tree: published vectors, every small tree, and what is refused."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from shared.kernel import merkle, proofs
from shared.kernel.errors import Refused
from shared.kernel.proofs import Tree
from tests import examples

ALL_PAIRS_MAX = 70

# Eight leaves that implementations of certificate transparency test against, and their proofs.
LEAVES = [
    sha256(b"\x00" + bytes.fromhex(leaf)).digest()
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
LEAF_0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
PAIR_0 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
PAIR_1 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
PAIR_2 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
PAIR_3 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
FOUR_0 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
FOUR_1 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

# Index and size as we count: the publications count leaves from one.
INCLUSIONS = [
    (0, 1, []),
    (0, 8, [LEAF_1, PAIR_1, FOUR_1]),
    (5, 8, [LEAF_4, PAIR_3, FOUR_0]),
    (2, 3, [PAIR_0]),
    (1, 5, [LEAF_0, PAIR_1, LEAF_4]),
]
CONSISTENCIES = [
    (1, 1, []),
    (1, 8, [LEAF_1, PAIR_1, FOUR_1]),
    (6, 8, [PAIR_2, PAIR_3, FOUR_0]),
    (2, 5, [PAIR_1, LEAF_4]),
]


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1 word for word."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), examples.tree(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), examples.tree(leaves[:split])]


def naive_subproof(first: int, leaves: list[bytes], *, known: bool) -> list[bytes]:
    """RFC 6962 section 2.1.2 word for word."""
    if first == len(leaves):
        return [] if known else [examples.tree(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if first <= split:
        below = naive_subproof(first, leaves[:split], known=known)
        return [*below, examples.tree(leaves[split:])]
    below = naive_subproof(first - split, leaves[split:], known=False)
    return [*below, examples.tree(leaves[:split])]


def hashes_of(count: int) -> list[bytes]:
    return [sha256(b"\x00" + b"%d" % number).digest() for number in range(count)]


MANY = hashes_of(ALL_PAIRS_MAX)
TREE = Tree(MANY)
ROOTS = [examples.tree(MANY[:size]) for size in range(ALL_PAIRS_MAX + 1)]


def refused(what: Callable[..., Any], *given: Any) -> str:
    with pytest.raises(Refused) as told:
        what(*given)
    return told.value.reason


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_published_inclusions_are_ours(index: int, size: int, path: list[str]) -> None:
    ours = proofs.inclusion(LEAVES, index, size)
    assert [each.hex() for each in ours] == path
    proofs.must_include(LEAVES[index], index, size, ours, examples.tree(LEAVES[:size]))


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCIES)
def test_published_consistencies_are_ours(first: int, second: int, path: list[str]) -> None:
    ours = proofs.consistency(LEAVES, first, second)
    assert [each.hex() for each in ours] == path
    roots = (examples.tree(LEAVES[:first]), examples.tree(LEAVES[:second]))
    proofs.must_be_consistent(first, second, *roots, ours)


@pytest.mark.parametrize("size", range(1, ALL_PAIRS_MAX + 1))
def test_every_leaf_of_every_small_tree_is_proven_as_the_rfc_says(size: int) -> None:
    for index in range(size):
        path = TREE.inclusion(index, size)
        assert path == naive_path(index, MANY[:size])
        proofs.must_include(MANY[index], index, size, path, ROOTS[size])


@pytest.mark.parametrize("second", range(ALL_PAIRS_MAX + 1))
def test_every_pair_of_small_trees_is_proven_as_the_rfc_says(second: int) -> None:
    for first in range(second + 1):
        path = TREE.consistency(first, second)
        if first:
            assert path == naive_subproof(first, MANY[:second], known=True)
        proofs.must_be_consistent(first, second, ROOTS[first], ROOTS[second], path)


@pytest.mark.parametrize("second", range(1, 34))
def test_no_proof_of_growth_fits_other_sizes_or_roots(second: int) -> None:
    check = proofs.must_be_consistent
    for first in range(1, second):
        path = TREE.consistency(first, second)
        for other in {*range(36)} - {first}:
            assert refused(check, other, second, ROOTS[first], ROOTS[second], path)
        wrong = sha256(b"other").digest()
        assert (
            refused(check, first, second, wrong, ROOTS[second], path)
            == refused(check, first, second, ROOTS[first], wrong, path)
            == "proof.not_consistent"
        )
        assert refused(check, first, second, ROOTS[first], ROOTS[second], [*path, wrong])
        for place in range(len(path)):
            less, changed = path[:place] + path[place + 1 :], list(path)
            changed[place] = wrong
            for forged in (less, changed):
                assert refused(check, first, second, ROOTS[first], ROOTS[second], forged)


def test_a_tree_tells_the_root_of_every_size_however_its_leaves_came() -> None:
    grown = Tree()
    for size in range(0, ALL_PAIRS_MAX, 7):
        grown.extend(MANY[size : size + 7])
    grown.extend([])
    assert grown.size == ALL_PAIRS_MAX
    for size in range(ALL_PAIRS_MAX + 1):
        assert grown.root(size) == ROOTS[size] == merkle.root(merkle.extend(b"", 0, MANY[:size]))
        assert grown.consistency(size, ALL_PAIRS_MAX) == TREE.consistency(size, ALL_PAIRS_MAX)


def test_nothing_is_the_beginning_of_everything() -> None:
    check, empty = proofs.must_be_consistent, merkle.EMPTY_ROOT
    assert TREE.consistency(0, 5) == TREE.consistency(0, 0) == TREE.consistency(5, 5) == []
    check(0, 5, empty, ROOTS[5], [])
    check(0, 0, empty, empty, [])
    assert refused(check, 0, 5, ROOTS[1], ROOTS[5], []) == "proof.not_consistent"
    assert refused(check, 0, 0, empty, ROOTS[5], []) == "proof.not_consistent"
    assert refused(check, 0, 0, ROOTS[5], ROOTS[5], []) == "proof.not_consistent"
    assert refused(check, 5, 5, ROOTS[4], ROOTS[5], []) == "proof.not_consistent"
    assert refused(check, 0, 5, empty, ROOTS[5], [empty]) == "proof.length"
    assert refused(check, 5, 5, ROOTS[5], ROOTS[5], [empty]) == "proof.length"


def test_a_proof_of_growth_is_not_one_of_shrinking() -> None:
    path = TREE.consistency(3, 7)
    check = proofs.must_be_consistent
    assert refused(check, 7, 3, ROOTS[7], ROOTS[3], path) == "proof.sizes_reversed"
    assert refused(check, -1, 3, ROOTS[1], ROOTS[3], path) == "proof.sizes_reversed"
    assert refused(TREE.consistency, 7, 3) == "proof.sizes_reversed"
    assert refused(TREE.consistency, -1, 3) == "proof.sizes_reversed"


@pytest.mark.parametrize("index", [-1, 7, 8])
def test_no_leaf_stands_outside_its_tree(index: int) -> None:
    path = TREE.inclusion(6, 7)
    check = proofs.must_include
    assert refused(check, MANY[6], index, 7, path, ROOTS[7]) == "proof.index_outside"
    assert refused(TREE.inclusion, index, 7) == "proof.index_outside"
    assert refused(check, MANY[0], 0, 0, [], merkle.EMPTY_ROOT) == "proof.index_outside"


@pytest.mark.parametrize("size", [-1, ALL_PAIRS_MAX + 1])
def test_a_tree_proves_nothing_of_sizes_that_it_never_had(size: int) -> None:
    assert refused(TREE.root, size) == "proof.size_outside"
    assert refused(TREE.inclusion, 0, size) == "proof.size_outside"
    assert refused(TREE.consistency, 0, size) == "proof.size_outside"


def test_a_path_is_exactly_as_long_as_it_must_be() -> None:
    path = TREE.inclusion(4, 7)
    for forged in (path[:-1], [*path, ROOTS[1]], []):
        reason = refused(proofs.must_include, MANY[4], 4, 7, forged, ROOTS[7])
        assert reason == "proof.length"


@pytest.mark.parametrize("wrong", [b"", b"x" * 31, b"x" * 33])
def test_a_hash_is_exactly_as_long_as_it_must_be(wrong: bytes) -> None:
    path = TREE.inclusion(4, 7)
    include, consistent = proofs.must_include, proofs.must_be_consistent
    both, grown = (ROOTS[3], ROOTS[7]), TREE.consistency(3, 7)
    assert {
        refused(include, wrong, 4, 7, path, ROOTS[7]),
        refused(include, MANY[4], 4, 7, path, wrong),
        refused(include, MANY[4], 4, 7, [wrong, *path[1:]], ROOTS[7]),
        refused(consistent, 3, 7, wrong, both[1], grown),
        refused(consistent, 3, 7, both[0], wrong, grown),
        refused(consistent, 3, 7, *both, [wrong, *grown[1:]]),
        refused(Tree, [wrong]),
    } == {"proof.hash_malformed"}


def test_a_subtree_is_not_passed_off_as_a_leaf() -> None:
    node = sha256(b"\x01" + MANY[0] + MANY[1]).digest()
    path = TREE.inclusion(0, 4)[1:]
    proofs.must_include(node, 0, 2, path, ROOTS[4])  # only where the verifier is wrong on the size
    assert refused(proofs.must_include, node, 0, 4, path, ROOTS[4]) == "proof.length"
