"""The deciding values of a rule set, each with how sure we are and who says so."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from shared.io.pages.wording import Words
from shared.kernel import figures
from shared.kernel.rules.ruleset import RuleSet, Sourced


class Provision(Struct, frozen=True, kw_only=True):
    """One value of the rules; `certainty` is the style sheet's word, `marked` the reader's.

    `sources` are keys of the rule set's citations.
    """

    name: str
    value: str
    certainty: str
    marked: str
    note: str
    sources: Sequence[str]


def floors(rules: RuleSet | None) -> Sequence[Decimal]:
    """Where the bands of the predikat begin on the axis, leaving out its two ends."""
    if rules is None:
        return ()
    known = (band.at_least.value for band in rules.predikat)
    return tuple(floor for floor in known if floor is not None and 1 < floor < 100)  # noqa: PLR2004


def provisions(rules: RuleSet, words: Words) -> Sequence[Provision]:
    """What decides an index: divisor, gate, counts, rounding and the bands."""
    language = words.language
    places = rules.places.value
    spoken: dict[str, tuple[Sourced[Any], str]] = {
        "divisor_floor": (rules.divisor_floor, _number(rules.divisor_floor, language)),
        "affairs_min": (rules.affairs_min, _number(rules.affairs_min, language)),
        "count_max": (rules.count_max, _number(rules.count_max, language)),
        "score_max": (rules.score_max, _number(rules.score_max, language)),
        "rounding": (
            rules.rounding,
            words("provision.half_even", places="?" if places is None else places),
        ),
        "counted_stages": (
            rules.counted_stages,
            ", ".join(words(f"tahapan.{each}") for each in rules.counted_stages.value or ()),
        ),
    }
    return [
        *(
            _provision(words(f"provision.{name}"), value, sourced, words)
            for name, (sourced, value) in spoken.items()
        ),
        *(
            _provision(
                words("provision.predikat", nama=band.nama),
                _number(band.at_least, language),
                band.at_least,
                words,
            )
            for band in rules.predikat
        ),
    ]


def cited(rules: RuleSet, told: Sequence[Provision]) -> Mapping[str, str]:
    """The citations that these provisions name, by key."""
    keys = {key for each in told for key in each.sources}
    return {key: text for key, text in sorted(rules.sources.items()) if key in keys}


def _provision(name: str, value: str, sourced: Sourced[Any], words: Words) -> Provision:
    return Provision(
        name=name,
        value=value or words("basis.none"),
        certainty=sourced.certainty,
        marked=words(f"certainty.{sourced.certainty}"),
        note=sourced.note,
        sources=sourced.sources,
    )


def _number(sourced: Sourced[Any], language: str) -> str:
    value = sourced.value
    if value is None:
        return ""
    return figures.points(value if isinstance(value, Decimal) else Decimal(value), 0, language)
