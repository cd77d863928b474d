"""The words of pages, in one reader's language: one table a service, and the shared one."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request

from shared.kernel.errors import Corrupt

LANGUAGES = ("id", "en")
Table = Mapping[str, Mapping[str, Mapping[str, str]]]


class Words:
    """`words("row.up", places=2)` is `naik 2`, or `up 2`."""

    def __init__(self, language: str, table: Table) -> None:
        self.language = language
        self._table = table

    def raw(self, name: str) -> str:
        """The word with its gaps, for who fills them elsewhere."""
        place, _, word = name.partition(".")
        return self._table[place][word][self.language]

    def __call__(self, name: str, /, **facts: object) -> str:
        place, _, word = name.partition(".")
        try:
            return self._table[place][word][self.language].format_map(facts)
        except KeyError as error:
            raise Corrupt("words.missing", name=name) from error


def asked_language(request: Request[Any, Any, Any]) -> str:
    """The language the address asks for (`bahasa`), else Indonesian.

    What the browser prefers is not asked: many an official's browser came set to English.
    """
    asked: str = request.query_params.get("bahasa", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]


@cache
def table(*own: Path) -> Table:
    """A service's words, from files or folders of them, and those that every page says."""
    found: dict[str, Mapping[str, Mapping[str, str]]] = {}
    for path in (Path(__file__).parent / "words.toml", *own):
        for file in sorted(path.glob("*.toml")) if path.is_dir() else (path,):
            words = _read(file)
            assert not set(found) & set(words), f"one place for each word: {file}"
            found |= words
    return found


def _read(path: Path) -> Table:
    return tomllib.loads(path.read_text(encoding="utf-8"))
