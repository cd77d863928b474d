"""The index from scratch, written another way: plain dictionaries, exact fractions, no running sum.

Shares nothing with the product but the published rule files and the stored JSON of the events.
"""

import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

RULES = Path(__file__).parent.parent / "shared" / "kernel" / "rules"
BASIC_AFFAIRS = {1, 2, 3, 4, 5, 6}
WORDS_MIN = 300

Fact = Mapping[str, Any]
Told = tuple[Decimal, int, int]


@cache
def _rules(year: int) -> Mapping[str, Any]:
    return tomllib.loads((RULES / f"{year}.toml").read_text(encoding="utf-8"))


@cache
def _weights(year: int) -> Mapping[str, Fraction]:
    rows = _rules(year)["rows"]
    return {row["code"]: Fraction(row["weight"].get("value", "0")) for row in rows}


def index(year: int, facts: Iterable[Fact], stage: str) -> Told:
    """Index, n and covered affairs of one region's facts of a year, given in order of recording."""
    profiles: dict[str, Fact] = {}
    submitted: set[str] = set()
    rejected: set[str] = set()
    claims: dict[tuple[str, str], int] = {}
    verdicts: dict[tuple[str, str], int] = {}
    for fact in facts:
        where = (fact.get("innovation", ""), fact.get("indicator", ""))
        match fact["type"]:
            case "innovation.registered.1" | "innovation.revised.1":
                profiles[where[0]] = fact["profile"]
            case "innovation.submitted.1":
                submitted.add(where[0])
                rejected.discard(where[0])
            case "innovation.rejected.1":
                rejected.add(where[0])
            case "innovation.reinstated.1":
                rejected.discard(where[0])
            case "innovation.withdrawn.1":
                profiles.pop(where[0], None)
                submitted.discard(where[0])
                rejected.discard(where[0])
            case "indicator.claimed.1":
                claims[where] = fact["level"]
                verdicts.pop(where, None)
            case "indicator.accepted.1":
                verdicts[where] = fact["level"]
            case "indicator.returned.1":
                verdicts.pop(where, None)
    named = {
        name
        for name, profile in profiles.items()
        if profile["tahapan"] == "penerapan" and (stage == "mandiri" or name in submitted)
    }
    refused = {name for name in named if not _eligible(year, profiles[name])} | rejected
    counted = named if stage == "mandiri" else named - refused
    levels = claims if stage == "mandiri" else verdicts
    affairs = len({profiles[name]["main_urusan"] for name in counted} & BASIC_AFFAIRS)
    return _index(year, levels, counted, affairs, len(named)), len(counted), affairs


def _eligible(year: int, profile: Fact) -> bool:
    """Applied in the two years before, or developed in them; and described at length."""
    applied = str(profile.get("implementation_date") or "9999")
    developed = str(profile.get("development_date") or "9999")
    inside = range(year - 2, year)
    fresh = int(applied[:4]) in inside
    renewed = int(applied[:4]) < year - 2 and int(developed[:4]) in inside
    return (fresh or renewed) and len(str(profile.get("design", "")).split()) >= WORDS_MIN


def _index(
    year: int,
    levels: Mapping[tuple[str, str], int],
    counted: set[str],
    affairs: int,
    named: int,
) -> Decimal:
    rules, weights = _rules(year), _weights(year)
    spd = maturity = Fraction(0)
    for (innovation, indicator), level in levels.items():
        if not innovation:
            spd += weights[indicator] * level
        elif innovation in counted:
            maturity += weights[indicator] * level
    gate = rules["affairs_min"].get("value", 0)
    number = Fraction(rules["count_weight"]["value"]) * min(len(counted), 200)
    divided = named if rules["rejected_in_divisor"].get("value") else len(counted)
    mean = maturity / max(rules["divisor_floor"]["value"], divided)
    total = spd + mean + (number if affairs >= gate else 0)
    return _half_even(total / Fraction(rules["score_max"]["value"]) * 100)


def _half_even(exact: Fraction) -> Decimal:
    whole, rest = divmod(exact.numerator * 100, exact.denominator)
    above = 2 * rest - exact.denominator
    if above > 0 or (above == 0 and whole % 2):
        whole += 1
    return Decimal(whole).scaleb(-2)


def ranked(indexes: Mapping[str, Decimal]) -> Mapping[str, int]:
    """Competition ranking: one more than the number of regions that are strictly better."""
    return {
        region: 1 + sum(1 for other in indexes.values() if other > own)
        for region, own in indexes.items()
    }
