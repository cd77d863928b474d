"""The supervisor, over stand-in parts and the real servers: in order, watchful, leaving nothing."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import words
from deploy.local.supervisor import RESTARTS_MAX
from tests.supervised import Run, is_running, wait_until


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begun(*parts: str) -> Run:
        runs.append(Run(tmp_path, *parts))
        return runs[-1]

    yield begun
    for run in runs:
        run.process.kill()
        run.code()
        run.leaves_nothing()


def positions(text: str, *words_in_order: str) -> list[int]:
    return [text.index(word) for word in words_in_order]


def test_parts_start_in_order_and_stop_in_reverse(
    begin: Callable[..., Run], tmp_path: Path
) -> None:
    run = begin("one=serve", "two=job", "three=serve", "four=serve")
    run.until_said(words.RUNNING)
    found = positions(run.said, "  one ", "  two ", "  three ", "  four ")
    assert found == sorted(found)
    assert "two         selesai" in run.said
    assert run.stop() == 0
    assert (tmp_path / "ended").read_text().split() == ["four", "three", "one"]
    run.leaves_nothing()


def test_a_job_aloud_speaks_to_the_terminal_and_a_service_to_its_log(
    begin: Callable[..., Run], tmp_path: Path
) -> None:
    run = begin("one=serve", "two=job")
    run.until_said(words.RUNNING)
    assert "two says done" in run.said
    assert "one listens" not in run.said
    assert "one listens" in (tmp_path / "log" / "one.log").read_text()


def test_a_part_that_is_never_ready_is_named_with_its_last_lines(begin: Callable[..., Run]) -> None:
    run = begin("one=serve", "two=never", "three=serve")
    assert run.code() == 1
    assert "two tidak siap dalam 2 detik." in run.said
    assert "still waiting 29" in run.said
    assert "still waiting 10" in run.said
    assert "still waiting 9\n" not in run.said
    assert "three" not in run.said
    run.leaves_nothing()


def test_a_part_that_ends_early_is_named_at_once(begin: Callable[..., Run]) -> None:
    run = begin("one=serve", "two=fall")
    assert run.code() == 1
    assert "two berhenti sendiri (kode 1)." in run.said
    assert "the database is not there" in run.said
    run.leaves_nothing()


def test_lines_of_an_earlier_run_are_not_quoted(begin: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "one.log").write_text("an old line\n")
    run = begin("one=fall")
    assert run.code() == 1
    assert "an old line" not in run.said
    assert "an old line\nthe database" in (tmp_path / "log" / "one.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_process_behind(begin: Callable[..., Run], number: int) -> None:
    run = begin("postgres=real", "nats=real", "one=serve")
    run.until_said(words.RUNNING)
    run.process.send_signal(number)
    assert run.code() == 0
    assert len(run.pids()) == 3
    assert not any(is_running(pid) for pid in run.pids())


def test_a_signal_while_starting_leaves_no_process_behind(begin: Callable[..., Run]) -> None:
    run = begin("one=serve", "two=never")
    wait_until((run.folder / "two.pid").exists, "two is started")
    assert run.stop() == 0
    assert not any(is_running(pid) for pid in run.pids())


def test_a_part_deaf_to_the_signal_is_killed_with_its_children(begin: Callable[..., Run]) -> None:
    run = begin("one=stubborn")
    run.until_said(words.RUNNING)
    assert run.stop() == 0
    assert len(run.pids()) == 2
    run.leaves_nothing()


def test_a_second_signal_does_not_wait_for_the_grace(
    begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_GRACE_SECONDS", "300")
    run = begin("one=stubborn")
    run.until_said(words.RUNNING)
    run.process.send_signal(signal.SIGINT)
    run.until_said(words.STOPPING)
    run.process.send_signal(signal.SIGINT)
    assert run.code() == 0
    run.leaves_nothing()


def test_nothing_outlives_a_supervisor_that_is_killed(begin: Callable[..., Run]) -> None:
    run = begin("postgres=real", "nats=real", "one=serve", "two=serve")
    run.until_said(words.RUNNING)
    run.process.kill()
    assert run.code() == -signal.SIGKILL
    assert len(run.pids()) == 4
    run.leaves_nothing()
    again = begin("postgres=real", "nats=real", "one=serve")
    again.until_said(words.RUNNING)
    assert again.stop() == 0


@pytest.mark.parametrize("part", ["postgres=real", "nats=real", "one=serve"])
def test_a_part_that_dies_is_started_again(begin: Callable[..., Run], part: str) -> None:
    run = begin(part)
    run.until_said(words.RUNNING)
    name = part.partition("=")[0]
    first = run.pid(name)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: run.said.count(f"  {name:<11} siap") == 2, "ready again")
    assert f"{name:<11} berhenti sendiri (kode -9)" in run.said
    assert run.pid(name) != first
    assert is_running(run.pid(name))


def test_a_part_that_keeps_dying_ends_the_run(begin: Callable[..., Run]) -> None:
    run = begin("one=serve", "two=serve")
    for life in range(RESTARTS_MAX + 1):
        wait_until(lambda life=life: run.said.count("  one         siap") > life, "ready")  # type: ignore[misc]
        os.kill(run.pid("one"), signal.SIGKILL)
    assert run.code() == 1
    assert f"one terus berhenti; sudah dicoba {RESTARTS_MAX} kali." in run.said
    run.leaves_nothing()


def test_a_part_that_had_recovered_may_fall_again(
    begin: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_STEADY_SECONDS", "0")
    run = begin("one=serve")
    for life in range(RESTARTS_MAX + 2):
        wait_until(lambda life=life: run.said.count("  one         siap") > life, "ready")  # type: ignore[misc]
        os.kill(run.pid("one"), signal.SIGKILL)
    assert run.said.count("  one         siap") >= RESTARTS_MAX + 2
