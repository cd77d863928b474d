"""The words of intake's pages, from `words.toml` and the shared ones."""

from pathlib import Path
from typing import Any

from litestar import Request

from shared.io.pages import wording
from shared.io.pages.wording import Words

WORDS = Path(__file__).parent / "words.toml"


def words_in(language: str) -> Words:
    """In one of the two languages; in Indonesian where it is neither."""
    known = language if language in wording.LANGUAGES else wording.LANGUAGES[0]
    return Words(known, wording.table(WORDS))


def words_for(request: Request[Any, Any, Any]) -> Words:
    """In the language that the address asks for."""
    return words_in(wording.asked_language(request))
