"""The 38 areas of government (urusan pemerintahan) an innovation can belong to."""

import tomllib
from typing import Literal

import msgspec
from msgspec import Struct

from shared.kernel.errors import Corrupt

# UU 23/2014 article 12, numbered as on the ministry's form.
COUNT = 38

Kind = Literal["wajib_pelayanan_dasar", "wajib_lain", "pilihan", "penunjang"]


class Affair(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One urusan. Its number is what an innovation's profile stores."""

    number: int
    nama: str
    name_en: str
    kind: Kind


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    affairs: tuple[Affair, ...]


def decode(raw: bytes) -> tuple[Affair, ...]:
    """The affairs in order, so that number n stands at n - 1; `Corrupt` if any is amiss."""
    try:
        affairs = msgspec.convert(tomllib.loads(raw.decode()), _File).affairs
    except ValueError as problem:
        raise Corrupt("affairs.malformed", problem=str(problem)) from problem
    if [each.number for each in affairs] != list(range(1, COUNT + 1)):
        raise Corrupt("affairs.numbers", expected=COUNT)
    return affairs


def basic(affairs: tuple[Affair, ...]) -> frozenset[int]:
    """Numbers of the basic-service affairs, whose coverage opens the number score."""
    return frozenset(each.number for each in affairs if each.kind == "wajib_pelayanan_dasar")
