"""The only place that opens the law: rule sets, affairs and regions, checked before use.

Every file of rules is listed in `DIGESTS.toml` by its SHA-256. A file that was edited after it
was published, is missing, or is not listed is `Corrupt`: a correction is a new revision.
"""

import tomllib
from functools import cache
from pathlib import Path

from shared.kernel import regions as kernel_regions
from shared.kernel.errors import Corrupt, Missing
from shared.kernel.regions import Register
from shared.kernel.rules import affairs as kernel_affairs
from shared.kernel.rules import forms as kernel_forms
from shared.kernel.rules import ruleset
from shared.kernel.rules.affairs import Affair
from shared.kernel.rules.forms import Form
from shared.kernel.rules.ruleset import RuleSet

KERNEL = Path(__file__).parent.parent / "kernel"
RULES = KERNEL / "rules"
DIGESTS = "DIGESTS.toml"
AFFAIRS = "affairs.toml"


def rule_files(folder: Path = RULES) -> dict[str, bytes]:
    """Every published file by name, byte for byte as its digest says."""
    listed = tomllib.loads(_read(folder / DIGESTS).decode())
    present = {path.name for path in folder.glob("*.toml")} - {DIGESTS}
    if present != set(listed):
        raise Corrupt("rulebook.not_as_listed", names=sorted(present ^ set(listed)))
    files = {name: _read(folder / name) for name in sorted(listed)}
    for name, raw in files.items():
        if ruleset.digest(raw) != listed[name]:
            raise Corrupt("rulebook.edited_after_publication", name=name)
    return files


@cache
def rule_sets(folder: Path = RULES) -> dict[str, RuleSet]:
    """All rule sets by id (`2026.1`), oldest first."""
    return {rules.id: rules for rules, _ in _published(folder)}


@cache
def rule_digests(folder: Path = RULES) -> dict[str, str]:
    """The SHA-256 every score cites, by rule set id."""
    return {rules.id: ruleset.digest(raw) for rules, raw in _published(folder)}


def rule_set_for_year(year: int) -> RuleSet:
    """The newest revision of a year's rules."""
    revisions = [rules for rules in rule_sets().values() if rules.year == year]
    if not revisions:
        raise Missing("rulebook.year", year=year)
    return max(revisions, key=lambda rules: rules.revision)


@cache
def affairs(folder: Path = RULES) -> tuple[Affair, ...]:
    """The 38 areas of government, in order of number."""
    return kernel_affairs.decode(rule_files(folder)[AFFAIRS])


@cache
def forms(folder: Path = RULES / "forms") -> tuple[Form, ...]:
    """The forms of the years that are known, oldest first."""
    files = rule_files(folder).values()
    return tuple(sorted((kernel_forms.decode(raw) for raw in files), key=lambda form: form.year))


def form_for_year(year: int) -> Form:
    """The year's form: the latest that is not younger, else the oldest known."""
    known = forms()
    return next((form for form in reversed(known) if form.year <= year), known[0])


@cache
def regions(folder: Path = KERNEL) -> Register:
    """The regions of today and their former codes."""
    return kernel_regions.decode(_read(folder / "regions.csv"), _read(folder / "regions.toml"))


def _published(folder: Path) -> list[tuple[RuleSet, bytes]]:
    """Rule sets with their bytes, in order of year and revision; ids are given once."""
    files = {name: raw for name, raw in rule_files(folder).items() if name != AFFAIRS}
    published = [(_decode(name, raw), raw) for name, raw in files.items()]
    published.sort(key=lambda each: (each[0].year, each[0].revision))
    ids = [rules.id for rules, _ in published]
    if len(set(ids)) != len(ids):
        raise Corrupt("rulebook.id_given_twice", ids=ids)
    return published


def _decode(name: str, raw: bytes) -> RuleSet:
    try:
        return ruleset.decode(raw)
    except Corrupt as problem:
        raise Corrupt(problem.reason, name=name, **problem.facts) from problem


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise Corrupt("rulebook.missing_file", name=path.name) from problem
