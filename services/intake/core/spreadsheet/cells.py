"""What single cells of a region's spreadsheet mean; whatever they hold, at worst: `Refused`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from services.intake.core.spreadsheet import workbook
from services.intake.core.spreadsheet.workbook import Year
from shared.kernel import names, profiles
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.events.innovation import Attachment, Profile
from shared.kernel.rules import forms, levels
from shared.kernel.rules.forms import Item

Known = Mapping[str, EvidenceReference]

SHOWN_CHARACTERS_MAX = 40
DEGREES_CHARACTERS_MAX = 20

_FILES = re.compile(r"[;,\s]+")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})\Z", re.ASCII)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T00:00:00)?\Z", re.ASCII)
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?\Z", re.ASCII)
# Fields that no profile can do without; the rest may wait until it is sent.
NEEDED = ("name", "tahapan", "main_urusan")
# What every field is tried on by itself, so that each wrong cell is told.
SOUND = Profile(name="-", tahapan=profiles.TAHAPAN[0], main_urusan=1)


def plain(cell: str) -> str:
    """A cell's text in its one spelling: line ends as one, no space around it."""
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def shown(cell: str) -> str:
    """As much of a cell as a sentence can repeat."""
    return "".join(one if one.isprintable() else "?" for one in cell[:SHOWN_CHARACTERS_MAX])


def code(cell: str) -> str:
    """The code at the beginning of a cell: `dinkes` of `dinkes Dinas Kesehatan`."""
    return cell.split(maxsplit=1)[0] if cell.strip() else ""


def innovation_code(cell: str) -> str:
    """The id of an innovation."""
    if not names.is_innovation(cell):
        raise Refused("innovation.name_malformed")
    return cell


def agency_code(cell: str) -> str:
    """The id of an agency, or nothing."""
    found = code(cell)
    if found and not names.is_innovation(found):
        raise Refused("agency.name_malformed")
    return found


def changed(profile: Profile, item: Item, cell: str, year: Year, known: Known) -> Profile:
    """The profile with what a cell says of one item, which by itself is sound."""
    if not cell and item.field in NEEDED:
        raise Refused("cell.required")
    told = _values(profile, item, cell, year, known)
    profiles.check(replace(SOUND, **told))
    return replace(profile, **told)


def of_agency(profile: Profile, agency: str) -> Profile:
    """The profile as reported by another agency."""
    return replace(profile, agency=agency)


def level(cell: str) -> int | None:
    """A level, or none where the cell is empty."""
    found = code(cell)
    if not found:
        return None
    if found not in workbook.LEVELS:
        raise Refused("cell.level", given=shown(cell))
    return int(found)


def figure(cell: str) -> Decimal | None:
    """A raw figure, with a point or a comma."""
    if not cell:
        return None
    return levels.figure(cell.replace(",", ".") if cell.count(",") == 1 else cell)


def day(cell: str) -> date | None:
    """A date: as the spreadsheet has it, as ISO, or with the day first."""
    if not cell:
        return None
    iso, day_first = _ISO.match(cell), _DAY_FIRST.match(cell)
    try:
        if iso is not None:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first is not None:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        pass
    raise Refused("cell.date", given=shown(cell))


def fingerprints(cell: str, known: Known) -> tuple[str, ...]:
    """The files that a cell names, all of which were uploaded."""
    found = tuple(one for one in _FILES.split(cell.lower()) if one)
    for one in found:
        if not names.is_fingerprint(one):
            raise Refused("cell.fingerprint", given=shown(one))
        if one not in known:
            raise Refused("evidence.not_uploaded", sha256=one)
    return found


def named_files(cells: Sequence[str]) -> set[str]:
    """Everything in these cells that is spelt like a fingerprint."""
    return {
        one for cell in cells for one in _FILES.split(cell.lower()) if names.is_fingerprint(one)
    }


def _values(profile: Profile, item: Item, cell: str, year: Year, known: Known) -> dict[str, Any]:
    """The fields that a cell fills."""
    if item.field == forms.PLACE:
        return _place(cell)
    if item.kind == "file":
        return {"attachments": _attachments(profile, item, fingerprints(cell, known), known)}
    return {item.field: _value(item, cell, year)}


def _value(item: Item, cell: str, year: Year) -> Any:
    match item.kind:
        case "date":
            return day(cell)
        case "affair":
            return int(_chosen(cell, item, year) or 0)
        case "affairs":
            return tuple(int(one) for one in _all_chosen(cell, item, year))
        case "choices":
            return _all_chosen(cell, item, year)
        case _:
            return _chosen(cell, item, year) if item.choices else cell


def _all_chosen(cell: str, item: Item, year: Year) -> tuple[str, ...]:
    return tuple(_chosen(one.strip(), item, year) for one in cell.split(";") if one.strip())


def _chosen(cell: str, item: Item, year: Year) -> str:
    """The code of what a cell names, by its code, by what the list says, or by its number."""
    if not cell:
        return ""
    offered = workbook.choices(item, year)
    wanted = " ".join(cell.split()).casefold()
    for each, said in offered.items():
        names_it = {each.casefold(), said.casefold()}
        if wanted in names_it | {said.casefold().removeprefix(f"{each} ")}:
            return each
    raise Refused("cell.choice", given=shown(cell), allowed="; ".join(offered.values()))


def _place(cell: str) -> dict[str, Any]:
    if not cell:
        return {"latitude": None, "longitude": None}
    degrees = [one for one in re.split(r"[,;\s]+", cell) if one]
    if len(degrees) != len(("latitude", "longitude")) or not all(map(_DEGREES.match, degrees)):
        raise Refused("cell.place", given=shown(cell))
    return {"latitude": Decimal(degrees[0]), "longitude": Decimal(degrees[1])}


def _attachments(
    profile: Profile, item: Item, files: Sequence[str], known: Known
) -> tuple[Attachment, ...]:
    """The profile's files with those of one kind replaced, kinds in the order of the form's law."""
    others = [file for file in profile.attachments if file.kind != item.field]
    new = [
        Attachment(
            kind=item.field,
            sha256=one,
            size_bytes=known[one].size_bytes,
            media_type=known[one].media_type,
        )
        for one in files
    ]
    return tuple(sorted([*others, *new], key=lambda file: profiles.ATTACHMENTS.index(file.kind)))
