"""Asks the verifier about a bundle, as its own command line does."""

from collections.abc import Sequence

from deploy.verifier import periksa
from deploy.verifier.periksa import Findings, Trust
from tests.bundles import Files, Signer


def examined(
    files: Files, *, key: Signer | None = None, witnesses: Sequence[Signer] = ()
) -> Findings:
    findings = Findings()
    keys = [periksa.parse_key(key.verifier, periksa.LOG_KEY)] if key else []
    demanded = [periksa.parse_key(each.verifier, periksa.WITNESS_KEY) for each in witnesses]
    trust = Trust(keys, bool(keys), demanded, bool(demanded))
    periksa.examine(files, trust, findings)
    return findings


def names(findings: Findings) -> list[str]:
    return [each.name for each in findings.problems]


def told(findings: Findings, name: str) -> dict[str, str]:
    """The facts of the one problem of that name."""
    (facts,) = [each.facts for each in findings.problems if each.name == name]
    return facts
