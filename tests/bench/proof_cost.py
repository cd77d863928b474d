"""What proof costs an append: leaves, frontiers and signing, beside the same store without them.

Floor: the group commit with hashes of nothing (leaf, frontier and root are zeros of the same
length) and nobody who signs. Contender: the group commit as it is, and the signing loop at its
usual pace in the same process. Both write into databases of one server, in turns.

    python -m tests.bench.proof_cost
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg

from deploy import migrate
from deploy.local import network
from deploy.local.postgres import Cluster
from services.intake.proving.second_place import SecondPlace
from services.intake.proving.signing import Signing
from shared.io import postgres, rulebook
from shared.io.files import Keeping
from shared.io.signing import Signer, Verifier
from shared.io.store import GroupCommit
from shared.kernel import merkle, regions
from shared.kernel.appending import Append
from tests import examples
from tests.serving import serving
from tests.system import LOG_KEY, LOG_NAME

PASSWORD = "known-to-this-run"
TENANTS = [region.code for region in regions.of_province(rulebook.regions(), "63")]
# As many as a province's deadline night brings at once; each writes one fact after the other.
WRITERS = 100
SECONDS = 4.0
ROUNDS = 8
SIGN_SECONDS = 2.0
ZEROS = bytes(merkle.HASH_BYTES)


def main() -> None:
    """Start a server, write in turns, print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(
            data=Path(folder) / "data",
            port=network.free_port(),
            password=PASSWORD,
            log=Path(folder) / "postgres.log",
        )
        cluster.start()
        try:
            asyncio.run(_run(cluster, Path(folder)))
        finally:
            cluster.stop()


async def _run(cluster: Cluster, folder: Path) -> None:
    urls = [await _database(cluster, name) for name in ("bare", "proven")]
    rates: list[list[float]] = [[], []]
    costs: list[list[float]] = [[], []]
    async with serving(urls[0]) as without, serving(urls[1]) as proven:
        for number in range(ROUNDS):
            with hashing_nothing():
                rate, cost = await _rate(without, number)
            rates[0].append(rate)
            costs[0].append(cost)
            async with signing(urls[1], folder):
                rate, cost = await _rate(proven, number)
            rates[1].append(rate)
            costs[1].append(cost)
    floor, ours = (statistics.median(each[1:]) for each in rates)
    bare, proving = (statistics.median(each[1:]) * 1e6 for each in costs)
    ratios = [two / one for one, two in zip(*rates, strict=True)][1:]
    print(f"one fact an append, {WRITERS} writers, {len(TENANTS)} tenants, {SECONDS} s a round")
    print("                                 appends/s   processor µs of ours each")
    print(f"  without leaves, roots, signing  {floor:8.0f}   {bare:8.0f}")
    print(f"  with all of them                {ours:8.0f}   {proving:8.0f}")
    print(
        f"  ratio {statistics.median(ratios):.3f} (median of {len(ratios)} rounds,"
        f" {min(ratios):.3f} to {max(ratios):.3f})"
    )


async def _database(cluster: Cluster, name: str) -> str:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    admin = cluster.url(name)
    await migrate.apply(admin, dict.fromkeys(migrate.ROLES, PASSWORD))
    return postgres.with_user(admin, "jejak_intake", PASSWORD)


@contextmanager
def hashing_nothing() -> Iterator[None]:
    """The store with hashes that cost nothing; what is stored has the same length."""

    def extended(frontier: bytes, size: int, leaves: Iterable[bytes]) -> bytes:
        return ZEROS * (size + len(list(leaves))).bit_count()

    kept = merkle.leaf_bytes, merkle.leaf_hash, merkle.extend, merkle.root
    merkle.leaf_bytes = lambda **_: b""
    merkle.leaf_hash = lambda leaf: ZEROS
    merkle.extend = extended
    merkle.root = lambda frontier: ZEROS
    try:
        yield
    finally:
        merkle.leaf_bytes, merkle.leaf_hash, merkle.extend, merkle.root = kept


@asynccontextmanager
async def signing(url: str, folder: Path) -> AsyncIterator[None]:
    signer = Signer(LOG_NAME, LOG_KEY)
    place = SecondPlace(Keeping((folder / "checkpoints").as_uri()))
    known = [Verifier(signer.key.text)]
    task = asyncio.create_task(Signing(url, signer, known, place, seconds=SIGN_SECONDS).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _rate(commit: GroupCommit, number: int) -> tuple[float, float]:
    """Appends a second while all write, and processor seconds of this process for each."""
    until = time.perf_counter() + SECONDS
    began, used = time.perf_counter(), time.process_time()
    done = await asyncio.gather(
        *(_write(commit, f"{number}-{writer}", writer, until) for writer in range(WRITERS))
    )
    spent = time.process_time() - used
    return sum(done) / (time.perf_counter() - began), spent / sum(done)


async def _write(commit: GroupCommit, name: str, writer: int, until: float) -> int:
    count = 0
    while time.perf_counter() < until:
        await commit.append(_append(f"{name}-{count}", TENANTS[writer % len(TENANTS)]))
        count += 1
    return count


def _append(key: str, tenant: str) -> Append:
    draft = examples.draft(stream=f"innovation/2026/{key}")
    return examples.append(key, tenant=tenant, expected={draft.stream: 0}, drafts=[draft])


if __name__ == "__main__":
    main()
