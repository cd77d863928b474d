"""Invented agencies (perangkat daerah) and units of each region, out of `agencies.toml`.

Which of them reports an innovation is drawn by a hand of its own, so that nothing else of the
sample depends on it. Agencies that nothing falls to are silent, as in life.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from deploy.sample import calendar
from deploy.sample.calendar import Season
from deploy.sample.plan import BASIS, SEED, Fact, Facts
from deploy.sample.traits import PROVINCE
from deploy.sample.words import Affair
from services.intake.bodies.region import AgencyBody

# The organisation is told in the season's first morning, before anything is reported.
DESCRIBING = 8 * 60 + 30
DESCRIBING_UNITS = 8 * 60 + 45

# Out of so many kecamatan the first have the units that report.
UNITS_OF_A_KIND = 3
PLACE_DECIMALS = 5

HEALTH, EDUCATION = 2, 1
# Affairs that a kecamatan's office may take up itself.
OF_KECAMATAN = (5, 6, 11, 12, 13, 16)

# Shares of 1.
BY_HOSPITAL = 0.15
BY_UNIT = 0.35
BY_KECAMATAN = 0.3
BY_SECRETARIAT = 0.3


class Agency(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency, or with `parent` a unit of one."""

    id: str
    name: str
    kind: str
    parent: str = ""


class Place(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A region's middle in degrees, how far its innovations lie from it, and its kecamatan."""

    latitude: Decimal
    longitude: Decimal
    spread: Decimal
    kecamatan: tuple[str, ...]


class _Places(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kecamatan: Agency
    puskesmas: Agency
    sekolah: Agency


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    everywhere: tuple[Agency, ...]
    units: tuple[Agency, ...]
    places: _Places
    regions: dict[str, Place]


@cache
def _file() -> _File:
    raw = (Path(__file__).parent / "agencies.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(raw), _File)


@cache
def of_region(region: str) -> Mapping[str, Agency]:
    """A region's agencies and units by id; a province has no kecamatan."""
    told = _file()
    offices = told.regions[region].kecamatan
    of_places = told.places
    found = [*told.everywhere, *told.units]
    found.extend(_at(of_places.kecamatan, place) for place in offices)
    for unit in (of_places.puskesmas, of_places.sekolah):
        found.extend(_at(unit, place) for place in offices[:UNITS_OF_A_KIND])
    return {agency.id: agency for agency in found}


def _at(pattern: Agency, place: str) -> Agency:
    slug = re.sub("[^a-z0-9]+", "-", place.lower())
    return Agency(
        id=f"{pattern.id}-{slug}",
        name=pattern.name.format(place=place),
        kind=pattern.kind,
        parent=pattern.parent,
    )


def described(region: str, days: Season) -> Sequence[Facts]:
    """The region's organisation as it is handed in: agencies first, then their units."""
    tops = [agency for agency in of_region(region).values() if not agency.parent]
    units = [agency for agency in of_region(region).values() if agency.parent]
    return (
        _facts("perangkat-daerah", tops, days, DESCRIBING),
        _facts("unit", units, days, DESCRIBING_UNITS),
    )


def _facts(name: str, agencies: Sequence[Agency], days: Season, minutes: float) -> Facts:
    at = calendar.at(days.first, minutes)
    return Facts(
        name=name,
        items=tuple(
            Fact(
                agency=agency.id,
                body=AgencyBody(
                    name=agency.name,
                    kind=agency.kind,
                    parent=agency.parent,
                    occurred_at=at,
                    basis=BASIS,
                ),
            )
            for agency in agencies
        ),
    )


def hand(region: str, what: str) -> Random:
    """A seeded hand of its own for one thing."""
    return Random(f"{SEED}/{region}/{what}")  # noqa: S311 - a sample, not a secret


def reporting(region: str, affair: Affair, rng: Random) -> Agency:
    """Who reports an innovation of the affair: mostly the agency that the affair is of."""
    known = of_region(region)
    own = next(agency for agency in known.values() if agency.name == affair.agency)
    if region == PROVINCE:
        return own
    drawn = rng.random()
    if affair.number == HEALTH and drawn < BY_HOSPITAL:
        return known["rsud"]
    for share, choices in _others(affair, known):
        if rng.random() < share and choices:
            return rng.choice(choices)
    return own


def _others(
    affair: Affair, known: Mapping[str, Agency]
) -> Iterator[tuple[float, Sequence[Agency]]]:
    kinds = {HEALTH: "puskesmas", EDUCATION: "sekolah"}
    if affair.number in kinds:
        yield BY_UNIT, [one for one in known.values() if one.kind == kinds[affair.number]]
    if affair.number in OF_KECAMATAN:
        offices = [one for one in known.values() if one.kind == "kecamatan"]
        # The ones further out have less to report.
        yield BY_KECAMATAN, offices[: (len(offices) + 1) // 2]
    if affair.agency.startswith("Badan"):
        yield BY_SECRETARIAT, [known["bagian-organisasi"]]


def point(region: str, rng: Random) -> tuple[Decimal, Decimal]:
    """Latitude and longitude somewhere about the region's middle."""
    place = _file().regions[region]
    middle = (place.latitude, place.longitude)
    north, east = (
        (degrees + place.spread * Decimal(str(round(rng.uniform(-1, 1), PLACE_DECIMALS)))).quantize(
            Decimal(1).scaleb(-PLACE_DECIMALS)
        )
        for degrees in middle
    )
    return north, east
