"""The form of an innovation's profile, year by year: which items it has and what may be chosen."""

import tomllib
from typing import Literal

import msgspec
from msgspec import Struct

from shared.kernel import profiles
from shared.kernel.errors import Corrupt
from shared.kernel.events.innovation import Profile
from shared.kernel.rules.ruleset import Certainty

Kind = Literal["text", "choice", "choices", "affair", "affairs", "date", "place", "file"]

# What a profile calls the items that are not one field of it each.
PLACE = "koordinat"


class Choice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a list to choose from."""

    code: str
    nama: str
    name_en: str


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of the form. `field` is the profile's; `required` is meant for sending, not drafts.

    `stages` are the tahapan for which it is required, empty for all.
    """

    field: str
    nama: str
    name_en: str
    kind: Kind
    certainty: Certainty
    sources: tuple[str, ...]
    required: bool = False
    stages: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    note: str = ""


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A year's form, its items in the ministry's order as far as that is known."""

    year: int
    items: tuple[Item, ...]
    sources: dict[str, str]
    note: str = ""


def decode(raw: bytes) -> Form:
    """A form file; `Corrupt` where it is amiss."""
    try:
        form = msgspec.convert(tomllib.loads(raw.decode()), Form)
    except ValueError as problem:
        raise Corrupt("form.malformed", problem=str(problem)) from problem
    fields = [item.field for item in form.items]
    known = {*Profile.__struct_fields__, PLACE, *profiles.ATTACHMENTS}
    if len(set(fields)) < len(fields) or not set(fields) <= known:
        raise Corrupt("form.items", year=form.year)
    cited = {source for item in form.items for source in item.sources}
    if not cited <= set(form.sources):
        raise Corrupt("form.sources", year=form.year)
    return form


def is_filled(item: Item, profile: Profile) -> bool:
    """Whether the profile says anything to the item."""
    if item.field == PLACE:
        return profile.latitude is not None and profile.longitude is not None
    if item.kind == "file":
        return any(file.kind == item.field for file in profile.attachments)
    value = getattr(profile, item.field)
    return bool(value.strip()) if isinstance(value, str) else value not in (None, ())


def is_due(item: Item, profile: Profile) -> bool:
    """Whether the item must be filled before an innovation in its stage is sent."""
    return item.required and (not item.stages or profile.tahapan in item.stages)


def strangers(item: Item, profile: Profile) -> tuple[str, ...]:
    """What the profile chooses that the list of the year does not have."""
    if not item.choices:
        return ()
    value = getattr(profile, item.field)
    chosen = (value,) if isinstance(value, str) else value
    known = {choice.code for choice in item.choices}
    return tuple(one for one in chosen if one and one not in known)
