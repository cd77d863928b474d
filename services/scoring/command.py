"""The calculator at the command line: `python -m services.scoring score --rules 2026 FILE`.

Reads one JSON object, or many, one a line, from a file or from standard input (`-`); prints one
JSON object a line, in the same order. Needs no server. Ends with 1 if any line was refused.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from shared.io import problems, rulebook
from shared.kernel.calculator import Calculator
from shared.kernel.errors import Failure, Refused

_encoder = msgspec.json.Encoder(decimal_format="number")


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; the exit status."""
    asked = _parsed(arguments)
    language = "en" if asked.english else "id"
    try:
        calculator = _calculator(asked.rules)
        lines = list(_objects(_read(asked.file)))
    except Failure as failure:
        sys.stderr.write(_told(failure, language)["detail"] + "\n")
        return 1
    refused = 0
    for number, raw in lines:
        try:
            answer = _answer(calculator, number, raw, explain=asked.explain)
        except Failure as failure:
            refused += 1
            answer = {"line": number, **_told(failure, language)}
        sys.stdout.buffer.write(_encoder.encode(answer) + b"\n")
    return 1 if refused else 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m services.scoring", description="Hitung IID dari berkas JSON."
    )
    verbs = parser.add_subparsers(required=True, metavar="score")
    score = verbs.add_parser("score", help="indeks dari tingkat yang disebut, tanpa server")
    score.add_argument("--rules", required=True, help="tahun (2026) atau seperangkat aturan 2026.1")
    score.add_argument("--explain", action="store_true", help="sertakan rincian tiap baris")
    score.add_argument("--english", action="store_true", help="sentences in English")
    score.add_argument("file", help="berkas JSON, atau - untuk masukan baku")
    return parser.parse_args(arguments)


def _calculator(asked: str) -> Calculator:
    rule_sets = rulebook.rule_sets()
    of_year = [rules.id for rules in rule_sets.values() if asked in (str(rules.year), rules.id)]
    if not of_year:
        raise Refused("rules.unknown", rule_set=asked)
    newest = rule_sets[of_year[-1]]
    return Calculator(newest, rulebook.rule_digests()[newest.id], rulebook.affairs())


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise Refused("calculator.unreadable_file", file=file, why=why) from error


def _objects(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Each object with the line it begins on: the whole file, or every line that is not empty."""
    try:
        msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        for number, line in enumerate(raw.splitlines(), start=1):
            if line.strip():
                yield number, line
    else:
        yield 1, raw


def _answer(calculator: Calculator, number: int, raw: bytes, *, explain: bool) -> Any:
    try:
        given = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused("calculator.malformed", line=number, why=str(error)) from error
    answer = calculator.calculate(given)
    if not explain:
        return answer
    rows = [msgspec.structs.asdict(row) for row in calculator.explain(given)]
    return {**msgspec.structs.asdict(answer), "rows": rows}


def _told(failure: Failure, language: str) -> dict[str, str]:
    problem = problems.problem_of(failure, language, "")
    return {"error": problem.title, "detail": problem.detail}
