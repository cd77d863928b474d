"""What is found before sending, in words: one file of sentences in two languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.intake.core.checking import Finding
from shared.kernel.errors import Refused

# As many as somebody mends in one go; the check before sending tells them all.
FINDINGS_TOLD_MAX = 10


def spoken(finding: Finding, language: str) -> str:
    """The sentence of a finding."""
    noun, _, verb = finding.code.partition(".")
    return str(_words()[noun][verb][language]).format_map(finding.facts)


def refused(refusal: Refused, language: str) -> Refused:
    """The refusal of a submission with each finding's sentence: told, and beside its key."""
    findings: tuple[Finding, ...] = refusal.facts.get("findings", ())  # type: ignore[assignment]
    if not findings:
        return refusal
    told = {finding.key: spoken(finding, language) for finding in findings[:FINDINGS_TOLD_MAX]}
    facts = {"count": len(findings), **told}
    sentences = " ".join(f"[{key}] {sentence}" for key, sentence in told.items())
    return Refused(refusal.reason, sentences=sentences, **facts)


def statement(language: str) -> str:
    """The words of the integrity statement."""
    text: str = _words()["statement"][language]
    return text


def receipt(language: str, *, late: bool, **facts: object) -> str:
    """What a receipt says in one sentence."""
    words = _words()["receipt_late" if late else "receipt"]
    return str(words[language]).format_map(facts)


def known_codes() -> set[str]:
    """Every code that has a sentence."""
    nouns = {noun: verbs for noun, verbs in _words().items() if noun not in _WHOLE}
    return {f"{noun}.{verb}" for noun, verbs in nouns.items() for verb in verbs}


# Sections that are one text, not sentences by code.
_WHOLE = ("statement", "receipt", "receipt_late")


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    path = Path(__file__).parent / "check.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
