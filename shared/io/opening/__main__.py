"""The process that opens strangers' files: `python -m shared.io.opening`, one job after the other.

A job is a line of JSON on standard input, followed by the file's bytes where no path is named; the
answer is a line of JSON. The process has little memory, may write no file, is killed by the system
after `CPU_SECONDS_MAX` of work on one file, and ends when its standard input does. Whoever starts
it (`shared/io/opener.py`) gives it no secrets.
"""

import io
import logging
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from shared.io.opening import judge
from shared.kernel.errors import Refused

# A photograph of a hundred million pixels with an alpha channel, once, and the interpreter.
ADDRESS_BYTES_MAX = 1024 * 1024 * 1024
# A regional plan of a thousand pages takes a second; what takes longer than this is made to.
CPU_SECONDS_MAX = 20


class Job(Struct, frozen=True, kw_only=True):
    """One file: at a path, or the next `size_bytes` of standard input."""

    media_type: str
    size_bytes: int
    path: str = ""


class Verdict(Struct, frozen=True, kw_only=True):
    """Empty where it opens; else why not, as a `Refused` has it; or that no file was there."""

    reason: str = ""
    gone: str = ""
    facts: Mapping[str, str] = {}


def main() -> None:
    """Judge until nobody asks any more."""
    _narrow()
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    while line := asked.readline():
        job = msgspec.json.decode(line, type=Job)
        content = b"" if job.path else asked.read(job.size_bytes)
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_MAX)
        verdict = _verdict(job, content)
        signal.setitimer(signal.ITIMER_PROF, 0)
        told.write(msgspec.json.encode(verdict) + b"\n")
        told.flush()


def _verdict(job: Job, content: bytes) -> Verdict:
    try:
        with Path(job.path).open("rb") if job.path else io.BytesIO(content) as file:
            judge.must_open(file, job.size_bytes, job.media_type)
    except Refused as failure:
        facts = {name: str(fact) for name, fact in failure.facts.items()}
        return Verdict(reason=failure.reason, facts=facts)
    except OSError as error:
        return Verdict(gone=str(error))
    return Verdict()


def _narrow() -> None:
    """What is enough for any honest file. Where a system has no such limit, the others hold."""
    for limit, most in (
        (resource.RLIMIT_AS, ADDRESS_BYTES_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    main()
