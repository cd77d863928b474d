"""Proofs of the hash tree: each verifies for what it is of, and for nothing else."""

from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.kernel import proofs
from shared.kernel.errors import Refused
from shared.kernel.proofs import Tree
from tests import examples
from tests.effort import many

SIZE_MAX = 1_000

LEAVES = [sha256(b"\x00" + b"%d" % number).digest() for number in range(SIZE_MAX)]
TREE = Tree(LEAVES)
sizes = st.one_of(
    st.integers(1, SIZE_MAX),
    st.builds(lambda power, off: 2**power + off, st.integers(1, 9), st.integers(-1, 1)),
)


@st.composite
def placed(draw: st.DrawFn) -> tuple[int, int]:
    """An index and the size of a tree that has it."""
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@given(placed(), st.data())
@many
def test_an_inclusion_fits_its_leaf_index_size_and_root_alone(
    at: tuple[int, int], data: st.DataObject
) -> None:
    index, size = at
    path, root = TREE.inclusion(index, size), TREE.root(size)
    assert len(path) <= (size - 1).bit_length()
    assert root == examples.tree(LEAVES[:size])
    proofs.must_include(LEAVES[index], index, size, path, root)

    other_index, other_leaf = (
        data.draw(st.integers(0, SIZE_MAX)),
        data.draw(st.sampled_from(LEAVES)),
    )
    other_size = data.draw(sizes)
    forged = [
        (LEAVES[index], other_index, size, path, root),
        (other_leaf, index, size, path, root),
        (LEAVES[index], index, size, path, TREE.root(other_size)),
        (LEAVES[index], index, size, [*path[1:], *path[:1]], root),
    ]
    honest = (LEAVES[index], index, size, path, root)
    for attempt in forged:
        if attempt != honest:
            with pytest.raises(Refused):
                proofs.must_include(*attempt)


@given(placed(), sizes)
@many
def test_an_inclusion_of_one_size_proves_nothing_of_another_trees_root(
    at: tuple[int, int], other: int
) -> None:
    index, size = at
    assume(other != size)
    with pytest.raises(Refused):
        proofs.must_include(
            LEAVES[index], index, other, TREE.inclusion(index, size), TREE.root(other)
        )


@given(placed(), sizes)
@many
def test_growth_is_proven_and_one_changed_leaf_is_not(at: tuple[int, int], other: int) -> None:
    changed, first = at
    second = max(first, other)
    path = TREE.consistency(first, second)
    roots = (TREE.root(first), TREE.root(second))
    proofs.must_be_consistent(first, second, *roots, path)

    lied = [*LEAVES[:changed], sha256(b"lie").digest(), *LEAVES[changed + 1 : second]]
    rewritten = Tree(lied)
    with pytest.raises(Refused):
        proofs.must_be_consistent(
            first, second, roots[0], rewritten.root(second), rewritten.consistency(first, second)
        )


@given(st.lists(st.integers(0, 60), max_size=20))
@many
def test_a_tree_does_not_remember_how_it_grew(steps: list[int]) -> None:
    grown = Tree()
    for step in steps:
        grown.extend(LEAVES[grown.size : grown.size + step])
    for size in {0, grown.size, grown.size // 2}:
        assert grown.root(size) == examples.tree(LEAVES[:size])
