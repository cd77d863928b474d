"""What a region takes along from one season into another: agencies, innovations, and claims.

Everything is decided again in the new season; a claim whose row the new rules do not have stays
behind. Nothing of the old season changes.
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from services.intake.core import agency, indicator, innovation
from services.intake.core.agency import Agency
from services.intake.core.indicator import Slot
from services.intake.core.innovation import Innovation
from shared.kernel import names
from shared.kernel.rules import eligibility, ruleset
from shared.kernel.rules.ruleset import RuleSet

Command = agency.Describe | innovation.Register | indicator.Claim


class Past(Struct, frozen=True, kw_only=True):
    """A region's earlier season: agencies by id, innovations by id, claims by (innovation, row).

    The region's own rows have no innovation.
    """

    year: int
    agencies: Mapping[str, Agency]
    innovations: Mapping[str, Innovation]
    claims: Mapping[tuple[str, str], Slot]


class Carried(Struct, frozen=True, kw_only=True):
    """One thing to take along, by a name of its own."""

    name: str
    command: Command


def carry(
    past: Past,
    year: int,
    rules: RuleSet,
    wanted: Collection[str] | None,
    *,
    with_claims: bool,
    only_eligible: bool = False,
) -> Sequence[Carried]:
    """In the order in which it must be said: agencies before units, innovations before claims.

    Without `wanted`, every innovation that was not withdrawn; `only_eligible` leaves out those that
    the new rules would not assess.
    """
    taken = [
        name
        for name, held in sorted(past.innovations.items())
        if (name in wanted if wanted is not None else held.status != "withdrawn")
        and not (only_eligible and _unmet(held, year, rules))
    ]
    return [
        *_agencies(past, year),
        *(_innovation(past, name, year) for name in taken),
        *(_claims(past, year, rules, taken) if with_claims else ()),
    ]


def _unmet(held: Innovation, year: int, rules: RuleSet) -> bool:
    """Whether the new rules would not assess it; only applied innovations are asked for dates."""
    profile = held.profile
    if profile is None or profile.tahapan not in ruleset.declared(rules.counted_stages):
        return False
    asked = eligibility.candidate(
        profile.implementation_date, profile.development_date, profile.design
    )
    return bool(eligibility.unmet(rules, year, asked))


def _agencies(past: Past, year: int) -> Sequence[Carried]:
    still = [(name, held) for name, held in sorted(past.agencies.items()) if held.status == "open"]
    return [
        Carried(
            name=f"agency/{name}",
            command=agency.Describe(
                year=year, agency=name, name=held.name, kind=held.kind, parent=held.parent
            ),
        )
        for name, held in sorted(still, key=lambda each: bool(each[1].parent))
    ]


def _innovation(past: Past, name: str, year: int) -> Carried:
    profile = past.innovations[name].profile
    assert profile is not None
    named = past.agencies.get(profile.agency)
    if named is None or named.status != "open":
        # What it was called stays in `perangkat_daerah`.
        profile = replace(profile, agency="")
    return Carried(
        name=f"innovation/{name}",
        command=innovation.Register(
            year=year, innovation=name, profile=profile, carried_from=past.year
        ),
    )


def _claims(past: Past, year: int, rules: RuleSet, taken: Collection[str]) -> Sequence[Carried]:
    own = {row.code for row in ruleset.region_rows(rules)}
    rows = {row.code for row in ruleset.innovation_rows(rules)}
    return [
        Carried(
            name=f"claim/{name or names.REGION}/{code}",
            command=indicator.Claim(
                year=year,
                innovation=name,
                indicator=code,
                level=slot.level,
                evidence=slot.evidence,
                figure=slot.figure,
            ),
        )
        for (name, code), slot in sorted(past.claims.items())
        if slot.level and (code in rows if name in taken else not name and code in own)
    ]
