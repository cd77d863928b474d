"""The processes that open files: what hangs, dies or is asked too much of them, and what they know.

Stand-ins take the program's place, since no honest file does these things.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.io import opener
from shared.io.opener import Opener
from shared.kernel.errors import Refused, Unavailable
from shared.kernel.media import PDF
from tests import papers

CONTENT = papers.pdf()
GONE = "import sys,json; sys.stdin.readline(); print(json.dumps(dict(gone=str({}))), flush=True)"
SPINS = """
from shared.io.opening import __main__ as program, judge
def must_open(*_):
    while True: pass
program.CPU_SECONDS_MAX = 0.2
judge.must_open = must_open
program.main()
"""
GREEDY = """
from shared.io.opening import __main__ as program, judge
def must_open(*_):
    bytearray(program.ADDRESS_BYTES_MAX)
judge.must_open = must_open
program.main()
"""
WRITES = """
from shared.io.opening import __main__ as program, judge
def must_open(*_):
    with open({!r}, "w") as file: file.write("x" * 100)
judge.must_open = must_open
program.main()
"""


@pytest.fixture
async def opens() -> AsyncIterator[Opener]:
    made = Opener()
    yield made
    await made.close()


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(opener, "_PROGRAM", ("-c", code))


async def test_a_file_that_never_ends_is_refused_by_its_work(
    opens: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, SPINS)
    async with asyncio.timeout(5):
        with pytest.raises(Refused, match=r"evidence\.too_costly"):
            await opens.must_open(PDF, len(CONTENT), CONTENT)


@pytest.mark.parametrize("code", ["import os; os._exit(3)", GREEDY, "print('no answer')"])
async def test_a_process_that_dies_of_a_file_takes_nothing_with_it(
    opens: Opener, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with monkeypatch.context() as changed:
        stand_in(changed, code)
        with pytest.raises((Refused, Unavailable)):
            await opens.must_open(PDF, len(CONTENT), CONTENT)
    await opens.close()
    await opens.must_open(PDF, len(CONTENT), CONTENT)


async def test_a_process_that_waits_for_ever_is_ended(
    opens: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(opener, "OPEN_SECONDS_MAX", 0.3)
    with pytest.raises(Unavailable, match=r"evidence\.opener_busy"):
        await opens.must_open(PDF, len(CONTENT), CONTENT)


async def test_who_waits_too_long_for_a_turn_is_told_to_come_back(
    opens: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(opener, "OPEN_SECONDS_MAX", 1.0)
    monkeypatch.setattr(opener, "TURN_SECONDS_MAX", 0.2)
    asked = [opens.must_open(PDF, len(CONTENT), CONTENT) for _ in range(5)]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, Unavailable) for one in told)


async def test_a_process_knows_no_secrets_and_may_write_nothing(
    opens: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    with monkeypatch.context() as changed:
        stand_in(changed, GONE.format("__import__('os').environ"))
        with pytest.raises(Unavailable) as failure:
            await opens.must_open(PDF, len(CONTENT), CONTENT)
        assert "secret" not in str(failure.value)
    await opens.close()
    stand_in(monkeypatch, WRITES.format(str(tmp_path / "x")))
    with pytest.raises((Refused, Unavailable)):
        await opens.must_open(PDF, len(CONTENT), CONTENT)
    assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size == 0


async def test_whoever_gives_up_waiting_leaves_no_half_read_answer(opens: Opener) -> None:
    """The next file gets its own verdict, not that of the file nobody waited for."""
    bad = papers.pdf()[:100]
    for _ in range(10):
        waiting = asyncio.create_task(opens.must_open(PDF, len(bad), bad))
        await asyncio.sleep(0.0005)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await opens.must_open(PDF, len(CONTENT), CONTENT)
