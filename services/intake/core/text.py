"""What any free text must be: of bounded length, without control characters."""

import unicodedata

from shared.kernel.errors import Refused

_ALLOWED_CONTROLS = frozenset("\n\r\t")


def check(field: str, text: str, characters_max: int) -> None:
    """Refuse text that is too long or that no page and no database column could hold."""
    if len(text) > characters_max:
        raise Refused("text.too_long", field=field, characters_max=characters_max)
    if any(_is_forbidden(character) for character in text):
        raise Refused("text.forbidden_character", field=field)


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in _ALLOWED_CONTROLS
