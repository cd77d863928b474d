"""The words of the pages, from `words.toml`, in the language of one reader."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request

from shared.kernel.errors import Corrupt

LANGUAGES = ("id", "en")


class Words:
    """`words("row.up", places=2)` is `naik 2`, or `up 2`."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, name: str, /, **facts: object) -> str:
        place, _, word = name.partition(".")
        try:
            return _table()[place][word][self.language].format_map(facts)
        except KeyError as error:
            raise Corrupt("words.missing", name=name) from error


def words_for(request: Request[Any, Any, Any]) -> Words:
    """In the language the address asks for (`bahasa`), else in Indonesian.

    What the browser prefers is not asked: many an official's browser came set to English.
    """
    asked = request.query_params.get("bahasa", "")
    return Words(asked if asked in LANGUAGES else LANGUAGES[0])


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    path = Path(__file__).parent / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
