"""The words of projection's pages, its own, those beside the pages, and the shared ones."""

from pathlib import Path
from typing import Any

from litestar import Request

from shared.io.pages import wording
from shared.io.pages.wording import Words

WORDS = (Path(__file__).parent / "words.toml", Path(__file__).parent / "pages" / "words")


def words_in(language: str) -> Words:
    """In one of the two languages."""
    return Words(language, wording.table(*WORDS))


def words_for(request: Request[Any, Any, Any]) -> Words:
    """In the language that the address asks for."""
    return words_in(wording.asked_language(request))
