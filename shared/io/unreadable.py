"""What a decoder finds wrong with a body or a parameter, in words for whoever sent it."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

# How the framework names the body as a whole; it is not a field.
WHOLE = "data"
# As much of what was sent as a sentence repeats.
CHARACTERS_MAX = 80

_AND_NULL = re.compile(r" \| null\Z")


def told(message: str, language: str, path: str = "") -> str:
    """The decoder's message in the language, behind the path of the field that it is about."""
    for pattern, spoken in _shapes():
        found = pattern.fullmatch(message)
        if found is not None:
            said = {name: _word(name, group, language) for name, group in found.groupdict().items()}
            sentence = spoken[language].format_map(said)
            return sentence if path in ("", WHOLE) else f"{path[:CHARACTERS_MAX]}: {sentence}"
    raise AssertionError("the last shape matches everything")


def _word(group: str, given: str, language: str) -> str:
    if group not in ("needed", "given"):
        return given[:CHARACTERS_MAX]
    kinds = _file()["kinds"]
    joined = {"id": " atau ", "en": " or "}[language]
    # What may be left out may also be null; nobody who got it wrong meant that.
    named = _AND_NULL.sub("", given).split(" | ")
    return joined.join(kinds[one][language] if one in kinds else one for one in named)


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    return tuple((re.compile(shape["pattern"]), shape) for shape in _file()["shapes"])


@cache
def _file() -> Mapping[str, Any]:
    path = Path(__file__).parent / "unreadable.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
