"""What surrounds every page of a season: the way back, the views beside it, what it stands on."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct

from services.projection.analysis import Season
from services.projection.core import moment
from services.projection.pages import links
from services.projection.views import ProvinceView
from shared.io.pages.parts import Link, Notice
from shared.io.pages.wording import Words
from shared.kernel import clocks, figures
from shared.kernel.errors import Missing, Refused
from shared.kernel.regions import Region

# Choices that go along from one view of a season to the next.
KEPT = ("tahap", "per", "jam", "bahasa")
PROVINCE_VIEWS = (
    ("", "ranking"),
    ("/rincian", "detail"),
    ("/perubahan", "changes"),
    ("/linimasa", "timeline"),
    ("/uji-aturan", "trial"),
)
REGION_VIEWS = (
    ("", "sheet"),
    ("/asal-angka", "origin"),
)


class Chosen(Struct, frozen=True, kw_only=True):
    """What the address of a season's page chooses, in the words of the interface."""

    stage: str = ""
    as_of: str = ""
    clock: str = ""
    since: str = ""
    rules: str = ""


def chosen(request: Request[Any, Any, Any]) -> Chosen:
    """`tahap`, `per`, `jam`, `banding` and `aturan` of the address."""
    asked = request.query_params
    jam = asked.get("jam", "")
    if jam and jam not in links.JAM:
        raise Refused("ranking.unknown_clock", clock=jam, allowed=", ".join(links.JAM))
    return Chosen(
        stage=asked.get("tahap", ""),
        as_of=asked.get("per", "").strip(),
        clock=links.JAM[jam] if jam else "",
        since=asked.get("banding", "").strip(),
        rules=asked.get("aturan", "").strip(),
    )


def year_of(given: str) -> int:
    """A year of an address: four plain digits; `Missing` otherwise."""
    if not (given.isascii() and given.isdigit() and len(given) == 4):  # noqa: PLR2004 - a year
        raise Missing("ranking.unknown_season", year=given)
    return int(given)


def kept(request: Request[Any, Any, Any], **more: str) -> str:
    """The choices that go along, as the end of an address: `?per=…`, or nothing."""
    asked = request.query_params
    going = {name: asked[name] for name in KEPT if asked.get(name)} | more
    going = {name: value for name, value in going.items() if value}
    return f"?{urlencode(going, safe=':')}" if going else ""


def home(words: Words) -> Link:
    """The list of all provinces."""
    return Link(label=words("site.home"), address=f"/{in_english(words)}")


def ranking(province: Region | ProvinceView, year: int, words: Words, query: str = "") -> Link:
    """The ranking that a region's page belongs to."""
    name = province.name.removeprefix("Provinsi ")
    return Link(
        label=f"{name} {year}",
        address=links.page(province.code, year) + (query or in_english(words)),
    )


def region(of: Region, year: int, words: Words, query: str = "") -> Link:
    """A region's sheet."""
    return Link(label=of.name, address=f"/daerah/{of.code}/{year}" + (query or in_english(words)))


def in_english(words: Words) -> str:
    """The end of an address that keeps the language."""
    return "?bahasa=en" if words.language == "en" else ""


def province_tabs(province: str, year: int, here: str, query: str, words: Words) -> Sequence[Link]:
    """The views of a province's season; `here` is the name of the one that is shown."""
    return _tabs(f"/peringkat/{province}/{year}", PROVINCE_VIEWS, here, query, words)


def region_tabs(code: str, year: int, here: str, query: str, words: Words) -> Sequence[Link]:
    """The views of a region's season."""
    return _tabs(f"/daerah/{code}/{year}", REGION_VIEWS, here, query, words)


def _tabs(
    path: str, views: Sequence[tuple[str, str]], here: str, query: str, words: Words
) -> Sequence[Link]:
    return [
        Link(label=words(f"tab.{name}"), address=f"{path}{end}{query}", here=name == here)
        for end, name in views
    ]


def projection(words: Words) -> Notice:
    """What every computed number must stand under."""
    return Notice(
        tone="projection",
        title=words("notice.projection"),
        why=words("notice.projection_why"),
    )


def stamp(season: Season, last_seq: int, words: Words) -> Sequence[tuple[str, str]]:
    """On what a region's numbers stand: when, which rules, which stage, which fact was the last."""
    zone = season.region.time_zone
    asked = moment.asked_of(season.until, zone)
    read = clocks.spoken(asked, zone, words.language) if asked else words("stamp.now")
    return [
        (words("ranking.state"), read),
        (words("ranking.rules"), season.rules.id),
        (words("ranking.stage"), words(f"stage.{season.stage}")),
        (words("ranking.clock"), words(f"clock.{season.clock}")),
        (words("stamp.last"), words("row.event", seq=last_seq)),
    ]


def stamp_of_province(seasons: Sequence[Season], words: Words) -> Sequence[tuple[str, str]]:
    """The same of all of a province's regions, of which there is at least one."""
    first = seasons[0]
    zone = first.region.time_zone
    asked = moment.asked_of(first.until, zone)
    read = clocks.spoken(asked, zone, words.language) if asked else words("stamp.now")
    counted = sum(len(season.facts) for season in seasons)
    return [
        (words("ranking.state"), read),
        (words("ranking.rules"), first.rules.id),
        (words("ranking.clock"), words(f"clock.{first.clock}")),
        (words("stamp.rests"), words("stamp.facts", count=figures.count(counted, words.language))),
    ]
