"""Invented innovations with their whole profile, drawn by a seeded hand."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from deploy.sample import agencies, words
from deploy.sample.agencies import Agency
from deploy.sample.traits import BASIC_AFFAIRS, PROVINCE, Traits
from deploy.sample.words import Affair
from shared.io import rulebook
from shared.kernel.hypotheses import ProfileBody

STAGES = ("penerapan", "uji_coba", "inisiatif")
STAGE_WEIGHTS = (92, 4, 4)  # as reported nationally in 2024
BENTUK = ("pelayanan_publik", "tata_kelola", "lainnya")
INISIATOR = ("perangkat_daerah", "asn", "kepala_daerah", "masyarakat")
SHORT_DESIGN_SHARE = 0.08
CITIES = ("63.71", "63.72")

# Applied within the two years that season 2026 looks at.
FIRST_DAY = date(2024, 1, 15)
DAYS = 680


class Innovation(Struct, frozen=True, kw_only=True):
    """An innovation to report, and whether the region goes on to submit it."""

    name: str
    profile: ProfileBody
    submitted: bool


def innovations(traits: Traits, rng: Random) -> list[Innovation]:
    """A region's innovations; the first ones cover the basic-service affairs it does not lack."""
    told = words.words()
    basic = [number for number in BASIC_AFFAIRS if number not in traits.lacking]
    open_to = [affair for affair in told.affairs if affair.number not in traits.lacking]
    by_number = {affair.number: affair for affair in told.affairs}
    drawn = [by_number[number] for number in basic]
    weights = [affair.weight for affair in open_to]
    drawn += rng.choices(open_to, weights, k=max(0, traits.innovations - len(drawn)))
    names = {affair.number: _names(affair, rng) for affair in told.affairs}
    region = rulebook.regions().by_code[traits.region].name
    return [
        _innovation(
            traits, affair, next(names[affair.number]), region, rng, covers=place < len(basic)
        )
        for place, affair in enumerate(drawn)
    ]


def _names(affair: Affair, rng: Random) -> Iterator[tuple[str, str]]:
    """Pairs of a word and a service, each pair once."""
    pairs = [(word, service) for word in words.words().names for service in affair.services]
    rng.shuffle(pairs)
    return iter(pairs)


def _innovation(
    traits: Traits,
    affair: Affair,
    pair: tuple[str, str],
    region: str,
    rng: Random,
    *,
    covers: bool,
) -> Innovation:
    stage = STAGES[0] if covers else rng.choices(STAGES, STAGE_WEIGHTS)[0]
    wanted = covers or rng.random() < traits.submitted
    called = f"SI-{pair[0]} {pair[1]}"
    name = re.sub("[^a-z0-9]+", "-", called.lower())
    drawn = profile(affair, called, pair[1], region, stage, rng)
    return Innovation(
        name=name,
        profile=completed(drawn, affair, traits.region, name),
        submitted=wanted and stage == STAGES[0],
    )


def profile(
    affair: Affair, name: str, service: str, region: str, stage: str, rng: Random
) -> ProfileBody:
    """What is reported of one innovation; now and then its design is too short."""
    told = words.words()
    facts = {"name": name, "service": service, "agency": affair.agency, "region": region}
    before = rng.randint(5, 30)
    figures = {"before": before, "after": max(1, before // 4), "people": rng.randint(120, 2400)}
    design = told.design_short if rng.random() < SHORT_DESIGN_SHARE else told.design
    trial, implementation, development = _dates(stage, rng)
    return ProfileBody(
        name=name,
        tahapan=stage,
        main_urusan=affair.number,
        other_urusan=_others(affair, rng),
        bentuk=rng.choices(BENTUK, (70, 22, 8))[0],
        jenis=rng.choices(("digital", "nondigital"), (65, 35))[0],
        inisiator=rng.choices(INISIATOR, (70, 18, 6, 6))[0],
        perangkat_daerah=affair.agency,
        trial_date=trial,
        implementation_date=implementation,
        development_date=development,
        design=design.strip().format(**facts),
        purpose=told.purpose.format(**facts),
        benefit=told.benefit.format(**facts),
        outcome=told.outcome.format(**figures),
    )


def completed(told: ProfileBody, affair: Affair, region: str, name: str) -> ProfileBody:
    """The profile with every item that the form of 2026 asks for, by a hand of its own."""
    rng = agencies.hand(region, f"profil/{name}")
    agency = agencies.reporting(region, affair, rng)
    latitude, longitude = agencies.point(region, rng)
    return replace(
        told,
        agency=agency.id,
        perangkat_daerah=agency.name,
        initiator_office=_office(told.inisiator, agency, region),
        klasifikasi="masyarakat" if told.inisiator == "masyarakat" else "perangkat_daerah",
        asta_cita=(affair.asta_cita,),
        pkpn=affair.pkpn,
        latitude=latitude,
        longitude=longitude,
        design=told.design.replace(affair.agency, agency.name),
        purpose=told.purpose.replace(affair.agency, agency.name),
    )


def _office(inisiator: str, agency: Agency, region: str) -> str:
    """An office or a group, never a person."""
    match inisiator:
        case "kepala_daerah" if region == PROVINCE:
            return "Gubernur"
        case "kepala_daerah":
            return "Wali Kota" if region in CITIES else "Bupati"
        case "asn":
            return f"Pejabat fungsional pada {agency.name}"
        case "masyarakat":
            return f"Kelompok warga binaan {agency.name}"
        case _:
            return agency.name


def _others(affair: Affair, rng: Random) -> tuple[int, ...]:
    """One innovation in five serves a second affair."""
    choices: Sequence[int] = [each.number for each in words.words().affairs if each != affair]
    return (rng.choice(choices),) if rng.random() < 1 / 5 else ()


def _dates(stage: str, rng: Random) -> tuple[date | None, date | None, date | None]:
    """Trial, implementation and development, as far as the stage has come."""
    implementation = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    trial = implementation - timedelta(days=rng.randint(30, 270))
    developed = rng.random() < 1 / 4
    development = implementation + timedelta(days=rng.randint(10, 30)) if developed else None
    match stage:
        case "penerapan":
            return trial, implementation, development
        case "uji_coba":
            return trial, None, None
        case _:
            return None, None, None
