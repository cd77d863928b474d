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

    def takes_part(self, name: str) -> bool:
        """Whether an innovation is in the season still: neither withdrawn nor rejected."""
        held = self.innovations.get(name)
        return held is not None and held.status not in ("withdrawn", "rejected")


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

    Without `wanted`, the region's own rows and every innovation that was not withdrawn;
    `only_eligible` leaves out those that the new rules would not assess. What the new season says
    already of an agency or a row holds.
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
        *(_claims(past, year, rules, taken, own=wanted is None) if with_claims else ()),
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
                year=year,
                agency=name,
                name=held.name,
                kind=held.kind,
                parent=_still_open(past, held.parent),
                only_if_new=True,
            ),
        )
        for name, held in sorted(still, key=lambda each: _depth(past, each[1]))
    ]


def _still_open(past: Past, name: str) -> str:
    """The agency's name, or nothing where it was closed: what stood below stands alone."""
    held = past.agencies.get(name)
    return name if held is not None and held.status == "open" else ""


def _depth(past: Past, held: Agency) -> int:
    """How many agencies stand above, so that each is said after the one it belongs to."""
    depth = 0
    while _still_open(past, held.parent):
        held, depth = past.agencies[held.parent], depth + 1
    return depth


def _innovation(past: Past, name: str, year: int) -> Carried:
    profile = past.innovations[name].profile
    assert profile is not None
    # What it was called stays in `perangkat_daerah`.
    profile = replace(profile, agency=_still_open(past, profile.agency))
    return Carried(
        name=f"innovation/{name}",
        command=innovation.Register(
            year=year, innovation=name, profile=profile, carried_from=past.year
        ),
    )


def _claims(
    past: Past, year: int, rules: RuleSet, taken: Collection[str], *, own: bool
) -> Sequence[Carried]:
    regional = {row.code for row in ruleset.region_rows(rules)} if own else set()
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
                only_if_new=True,
            ),
        )
        for (name, code), slot in sorted(past.claims.items())
        if slot.level and (code in rows if name in taken else not name and code in regional)
    ]
