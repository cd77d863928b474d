"""Signed heads and proofs, as a stranger asks for them and checks them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from shared.io.signing import Signer, Verifier
from shared.kernel import notes, proofs
from tests.system import CERTIFICATE_KEY, LOG_KEY, LOG_NAME, System, must_be_problem
from tests.waiting import eventually

REGION = "63.10"
FACTS = 5
OWN = Verifier(Signer(LOG_NAME, LOG_KEY).key.text)


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        for number in range(1, FACTS + 1):
            record(system, number)
        yield system


def record(system: System, number: int) -> None:
    body = {"target": f"{number}.00", "instrument": "Perda"}
    system.must((REGION, "region_admin"), "PUT", f"/v1/regions/{REGION}/targets/2030", body)


def read(system: System, path: str, **headers: str) -> httpx.Response:
    return system.http.get(f"{system.url('projection')}/v1/checkpoints{path}", headers=headers)


def told(system: System, path: str) -> dict[str, Any]:
    answer = read(system, path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def verified(head: dict[str, Any]) -> notes.TreeHead:
    """The head as its signed note states it, not as the answer does."""
    note = notes.parse(head["written"].encode())
    notes.must_be_signed(note, [OWN])
    return notes.head_of(note).head


async def signed(system: System, size: int) -> None:
    await eventually(lambda: read(system, f"/{REGION}?size={size}").status_code == 200)


async def test_every_fact_is_proven_under_a_signed_head(system: System) -> None:
    await signed(system, FACTS)
    head = verified(told(system, f"/{REGION}"))
    assert (head.origin, head.size) == (f"{LOG_NAME}/{REGION}/1", FACTS)
    hashes = system.query(
        "select leaf_hash from intake.event where tenant = %s order by seq", REGION
    )
    for index, (leaf,) in enumerate(hashes):
        proof = told(system, f"/{REGION}/inclusion?index={index}&size={FACTS}")
        path = [bytes.fromhex(each) for each in proof["path"]]
        proven = verified(proof["head"])
        proofs.must_include(leaf, index, proven.size, path, proven.root)
        assert proof["leaf_hash"] == leaf.hex()


async def test_the_log_of_all_heads_holds_the_regions_head(system: System) -> None:
    await signed(system, FACTS)
    everything = told(system, "/all")
    head = verified(everything)
    assert head.origin == f"{LOG_NAME}/heads"
    listed = told(system, "")
    assert listed["keys"] == [OWN.key.text]
    certifiers = Signer(f"{LOG_NAME}/certificate", CERTIFICATE_KEY)
    assert listed["certificate_key"] == certifiers.key.text
    assert listed["heads"][0] == everything
    proof = told(system, f"/all/inclusion?index={head.size - 1}")
    path = [bytes.fromhex(each) for each in proof["path"]]
    leaf = bytes.fromhex(proof["leaf_hash"])
    proofs.must_include(leaf, head.size - 1, head.size, path, verified(proof["head"]).root)


async def test_a_later_head_continues_an_earlier_one(system: System) -> None:
    await signed(system, FACTS)
    first = verified(told(system, f"/{REGION}"))
    record(system, FACTS + 1)
    await signed(system, first.size + 1)
    proof = told(system, f"/{REGION}/consistency?first={first.size}")
    earlier, later = verified(proof["first"]), verified(proof["second"])
    assert earlier == first
    path = [bytes.fromhex(each) for each in proof["path"]]
    proofs.must_be_consistent(earlier.size, later.size, earlier.root, later.root, path)
    record(system, 1)  # so that the file's tests may run in any order


async def test_the_note_is_told_as_it_is_to_programs_of_others(system: System) -> None:
    await signed(system, FACTS)
    note = read(system, f"/{REGION}?size={FACTS}", Accept="text/plain")
    assert note.headers["content-type"].startswith("text/plain")
    assert note.text == told(system, f"/{REGION}?size={FACTS}")["written"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/99.99", 404),
        ("/heads", 404),
        (f"/{REGION}?size=0", 400),
        (f"/{REGION}?size=1000000", 404),
        ("/63.01", 404),
        (f"/{REGION}/inclusion?index=-1", 400),
        (f"/{REGION}/inclusion?index=1000000", 404),
        (f"/{REGION}/inclusion?index=3&size=2", 422),
        (f"/{REGION}/consistency?first=0", 400),
        (f"/{REGION}/consistency?first=3&second=1", 422),
        ("?limit=0", 400),
    ],
)
async def test_what_cannot_be_proven_is_told(system: System, path: str, status: int) -> None:
    await signed(system, FACTS)
    must_be_problem(read(system, path), status)
