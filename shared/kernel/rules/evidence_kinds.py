"""Which kinds of file a row's printed evidence asks for, and how large they may be.

Rule files say it in words, as the manuals do: "SK atau surat tugas (pdf)", "Video mp4 … paling
besar 100 MB". What names no kind asks for none, and anything may be handed in.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from shared.kernel.media import JPEG, LINK, MP4, PDF, PNG
from shared.kernel.rules.ruleset import Row

# However a megabyte is counted: nobody is refused for reading it as 1024 times 1024.
MEGABYTE = 1024 * 1024

_KINDS: Mapping[str, str] = {"pdf": PDF, "jpg": JPEG, "jpeg": JPEG, "png": PNG, "mp4": MP4}
_NAMED = "|".join(_KINDS)
# Kinds stand together in brackets, or alone: "(jpg, png)", "mp4".
_LIST = re.compile(rf"\(((?:{_NAMED})(?:, (?:{_NAMED}))*)\)|\b({_NAMED})\b")
_SIZE = re.compile(r"paling besar ([0-9]+) MB")


class Asked(Struct, frozen=True, kw_only=True):
    """Media types, None where any will do; and the most bytes of one file, None where unsaid."""

    media_types: frozenset[str] | None = None
    bytes_max: int | None = None

    def allows(self, media_type: str) -> bool:
        """Whether a file of this type is what was asked for."""
        return self.media_types is None or media_type in self.media_types


def asked(row: Row) -> Asked:
    """What the row's text says. A video may always be a link to where it is shown."""
    told = row.evidence.value or ()
    named = [match for words in told for match in _LIST.finditer(words)]
    kinds = {_KINDS[kind] for match in named for kind in (match[1] or match[2]).split(", ")}
    sizes = [int(match[1]) * MEGABYTE for words in told for match in _SIZE.finditer(words)]
    if MP4 in kinds:
        kinds.add(LINK)
    return Asked(media_types=frozenset(kinds) or None, bytes_max=max(sizes) if sizes else None)
