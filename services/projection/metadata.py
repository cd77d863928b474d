"""What everybody may read, described as data standards ask: concept, definition, unit, period."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

Language = Literal["id", "en"]


class Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text in both languages."""

    id: str
    en: str


class Column(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column of a table and the unit of its values."""

    unit: str
    id: str
    en: str


class Dataset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table that anybody may read, at an address with places to fill."""

    id: str
    address: str
    formats: tuple[str, ...]
    concept: Said
    definition: Said
    classification: Said
    period: Said
    columns: Mapping[str, Column]


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    dataset: tuple[Dataset, ...]


@cache
def datasets() -> tuple[Dataset, ...]:
    """All of them, as kept beside the code."""
    told = (Path(__file__).parent / "metadata.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(told), _File).dataset


def said(text: Said | Column, language: Language) -> str:
    """The text in one language."""
    return text.en if language == "en" else text.id
