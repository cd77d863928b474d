"""What any free text must be: of bounded length, without control characters."""

import re

from shared.kernel.errors import Refused

# Unicode's controls (Cc) but for line ends and tabs, halves of surrogate pairs (Cs), and what turns
# the direction of writing, so that a name reads as another. One pass in C: a profile has thousands
# of characters.
_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def check(field: str, text: str, characters_max: int) -> None:
    """Refuse text that is too long or that no page and no database column could hold."""
    if len(text) > characters_max:
        raise Refused("text.too_long", field=field, characters_max=characters_max)
    if _FORBIDDEN.search(text):
        raise Refused("text.forbidden_character", field=field)
