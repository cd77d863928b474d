"""The regions of Indonesia: who is assessed, in which cluster, and which code was valid when.

A region's tenant is its code of today. Some codes changed when Papua was divided in 2022, so a
document of an earlier year names the same region differently; `resolve` answers for any date.
"""

import csv
import tomllib
from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from shared.kernel.errors import Corrupt, Missing

Kind = Literal["provinsi", "kabupaten", "kota"]


class Region(Struct, frozen=True, kw_only=True):
    """One region under one code.

    `province` is the code of its province (its own, for a province). `subject` says whether the
    index is measured for it. Valid from the first day, inclusive, to the last, exclusive; None
    where the list knows no end. `predecessors` are codes the same region had before.
    """

    code: str
    name: str
    kind: Kind
    province: str
    subject: bool
    time_zone: str
    valid_from: date | None = None
    valid_to: date | None = None
    predecessors: tuple[str, ...] = ()


class Register(Struct, frozen=True, kw_only=True):
    """Today's regions in order of code, and beside them the same regions under former codes.

    `by_code` finds either kind; `today` gives the code of today for a former one.
    """

    regions: tuple[Region, ...]
    former: tuple[Region, ...]
    by_code: dict[str, Region]
    today: dict[str, str]


class _Split(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A province founded by law: its first day, and which old code became which new one."""

    province: str
    law: str
    first_day: date
    codes: dict[str, str]


class _Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the list of codes does not say."""

    not_subjects: tuple[str, ...]
    time_zones: dict[str, tuple[str, ...]]
    splits: tuple[_Split, ...]


class _Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the list of codes."""

    code: str
    name: str
    kind: Kind
    province_code: str


def decode(listed: bytes, facts: bytes) -> Register:
    """The register from the list (CSV) and the facts beside it (TOML); `Corrupt` if they clash."""
    try:
        lines = msgspec.convert(list(csv.DictReader(listed.decode().splitlines())), list[_Line])
        known = msgspec.convert(tomllib.loads(facts.decode()), _Facts)
    except ValueError as problem:
        raise Corrupt("regions.malformed", problem=str(problem)) from problem
    _check(lines, known)
    regions = tuple(_region(line, known) for line in sorted(lines, key=lambda each: each.code))
    by_code = {each.code: each for each in regions}
    former = tuple(_former(split, old, by_code[new]) for split, old, new in _changes(known))
    return Register(
        regions=regions,
        former=former,
        by_code=by_code | {each.code: each for each in former},
        today={old: new for _, old, new in _changes(known)},
    )


def subjects(register: Register, *, kind: Kind | None = None) -> tuple[Region, ...]:
    """The regions the index is measured for: all, or one national cluster."""
    return tuple(each for each in register.regions if each.subject and kind in (None, each.kind))


def of_province(register: Register, province: str) -> tuple[Region, ...]:
    """The assessed kabupaten and kota of a province, which are ranked together there."""
    return tuple(
        each for each in subjects(register) if each.province == province and each.kind != "provinsi"
    )


def today(register: Register, code: str) -> Region:
    """The region of today behind any code it ever had."""
    current = register.today.get(code, code)
    try:
        return register.by_code[current]
    except KeyError:
        raise Missing("regions.unknown", code=code) from None


def resolve(register: Register, code: str, on: date) -> Region:
    """The same region as it was coded on a date, whichever of its codes is given.

    `Missing` if no such region exists, or it did not exist on that date.
    """
    current = today(register, code)
    for each in (current, *(register.by_code[old] for old in current.predecessors)):
        if _valid(each, on):
            return each
    raise Missing("regions.not_on_date", code=code, on=on.isoformat())


def _valid(region: Region, on: date) -> bool:
    begun = region.valid_from is None or region.valid_from <= on
    return begun and (region.valid_to is None or on < region.valid_to)


def _region(line: _Line, known: _Facts) -> Region:
    province = line.province_code
    splits = [split for split in known.splits if split.province == province]
    return Region(
        code=line.code,
        name=line.name,
        kind=line.kind,
        province=province,
        subject=line.code not in known.not_subjects,
        time_zone=_time_zone(known, province),
        valid_from=splits[0].first_day if splits else None,
        predecessors=tuple(
            old for split in splits for old, new in split.codes.items() if new == line.code
        ),
    )


def _former(split: _Split, old: str, region: Region) -> Region:
    return msgspec.structs.replace(
        region,
        code=old,
        province=old[:2],
        valid_from=None,
        valid_to=split.first_day,
        predecessors=(),
    )


def _changes(known: _Facts) -> Iterable[tuple[_Split, str, str]]:
    return [(split, old, new) for split in known.splits for old, new in split.codes.items()]


def _time_zone(known: _Facts, province: str) -> str:
    return next(zone for zone, provinces in known.time_zones.items() if province in provinces)


def _check(lines: list[_Line], known: _Facts) -> None:
    """The list and the facts speak of the same codes, each of them once."""
    codes = [line.code for line in lines]
    olds = [old for _, old, _ in _changes(known)]
    news = [new for _, _, new in _changes(known)]
    zoned = [province for provinces in known.time_zones.values() for province in provinces]
    clashes = {
        "twice": {code for code in codes if codes.count(code) > 1},
        "still_listed": set(olds) & set(codes),
        "not_listed": (set(news) | set(known.not_subjects)) - set(codes),
        "without_time_zone": {line.province_code for line in lines} ^ set(zoned),
    }
    for clash, found in clashes.items():
        if found:
            raise Corrupt(f"regions.{clash}", codes=sorted(found))
