"""The words that the sample's innovations are made of, out of `words.toml`."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct


class Affair(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An urusan: who works on it, on what, for which aims, and how often it comes."""

    number: int
    weight: int
    asta_cita: str
    pkpn: str
    agency: str
    services: tuple[str, ...]


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of words."""

    names: tuple[str, ...]
    design: str
    design_short: str
    purpose: str
    benefit: str
    outcome: str
    affairs: tuple[Affair, ...]


@cache
def words() -> Words:
    """The words, read once."""
    raw = (Path(__file__).parent / "words.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(raw), Words)
