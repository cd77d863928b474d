"""A receipt holds for its own fact, place and heads, and for nothing else."""

import copy
import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from deploy.verifier import periksa
from deploy.verifier.periksa import Findings, Malformed, Trust
from shared.kernel.proofs import Tree
from tests import bundles, receipts
from tests.bundles import LOG, WITNESS, Maker
from tests.effort import many
from tests.receipts import REGION

MAKER = Maker(bundles.province())
SIZE = len(MAKER.logs[REGION])
RECEIPTS = [receipts.receipt(MAKER, seq) for seq in range(1, SIZE + 1)]
TRUST = Trust(
    [periksa.parse_key(LOG.verifier, periksa.LOG_KEY)],
    keys_given=True,
    witnesses=[periksa.parse_key(WITNESS.verifier, periksa.WITNESS_KEY)],
    witnesses_given=True,
)
LEAVES = Tree([bundles.leaf_of(fact) for fact in MAKER.logs[REGION]])


def is_sound(held: dict[str, Any]) -> bool:
    findings = Findings()
    try:
        periksa.examine_receipt(held, TRUST, findings, {})
    except (Malformed, ValueError):
        return False
    return not findings.problems


def test_every_receipt_holds() -> None:
    assert [is_sound(each) for each in RECEIPTS] == [True] * SIZE


texts = ("tenant", "log", "checkpoint", "heads_checkpoint")


@given(st.sampled_from(RECEIPTS), st.data())
@many
def test_not_one_letter_can_be_another(held: dict[str, Any], data: st.DataObject) -> None:
    changed = copy.deepcopy(held)
    where = data.draw(st.sampled_from(["fact", "head", "path", "heads_path", *texts]))
    spelt = json.dumps(changed[where])
    assume(len(spelt) > 2)
    place = data.draw(st.integers(1, len(spelt) - 2))
    letter = data.draw(st.sampled_from("0123456789abcdefZ+/"))
    assume(spelt[place] not in '\\"n' and spelt[place] != letter)
    try:
        changed[where] = json.loads(spelt[:place] + letter + spelt[place + 1 :])
    except ValueError:
        return
    assume(changed != held)
    # Base64 has spare bits at its end: another letter may spell the same bytes.
    assume(not where.endswith("checkpoint") or noted(changed[where]) != noted(held[where]))
    assert not is_sound(changed)


def noted(text: str) -> object:
    try:
        return periksa.parse_note(text.encode())
    except Malformed:
        return None


@given(st.sampled_from(RECEIPTS), st.sampled_from(RECEIPTS), st.data())
@many
def test_parts_of_two_receipts_make_none(
    one: dict[str, Any], other: dict[str, Any], data: st.DataObject
) -> None:
    mixed = {**one}
    for name in data.draw(st.sets(st.sampled_from(sorted(one)), min_size=1)):
        mixed[name] = other[name]
    assert is_sound(mixed) == (mixed in RECEIPTS)


@given(st.integers(0, SIZE - 1), st.integers(0, SIZE + 2), st.integers(1, SIZE - 1))
@many
def test_a_path_fits_one_index_and_the_root_of_one_size(index: int, other: int, size: int) -> None:
    path = LEAVES.inclusion(index, SIZE)
    leaf, root = LEAVES.leaf(index), LEAVES.root(SIZE)
    assert periksa.climbed(leaf, index, SIZE, path) == root
    if other != index:
        assert periksa.climbed(leaf, other, SIZE, path) != root
    assert periksa.climbed(leaf, index, size, path) != LEAVES.root(size)
