"""What a file was called by whoever handed it in: checked, kept, and told again safely."""

import re
import unicodedata
from urllib.parse import quote, unquote

from shared.kernel.errors import Refused
from shared.kernel.media import ENDINGS

# Of these many characters every name fits every file system, in bytes too.
CHARACTERS_MAX = 120
BYTES_MAX = 240

# Unicode's controls, separators of lines, invisible joiners and marks that turn the direction of
# writing (they make `fdp.exe` look like `exe.pdf`), unassigned and private characters.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# What separates folders, or what some file system cannot hold.
_RESERVED = re.compile(r'[/\\<>:"|?*]')
# Devices of Windows, with any ending.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.IGNORECASE)
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def decoded(header: str) -> str:
    """The name as it was sent: UTF-8, percent-encoded, since headers are plain ASCII."""
    if _ESCAPE.search(header) or not header.isascii():
        raise Refused("evidence.name_malformed")
    try:
        return unquote(header, errors="strict")
    except UnicodeDecodeError as error:
        raise Refused("evidence.name_malformed") from error


def checked(given: str, media_type: str) -> str:
    """The name in its one spelling, if it is plain, short, and ends as such a file does."""
    name = unicodedata.normalize("NFC", given)
    if len(name) > CHARACTERS_MAX or len(name.encode("utf-8", "surrogatepass")) > BYTES_MAX:
        raise Refused("evidence.name_too_long", characters_max=CHARACTERS_MAX)
    if any(unicodedata.category(character) in _HIDDEN for character in name):
        raise Refused("evidence.name_hides")
    if _RESERVED.search(name) or _DEVICE.match(name):
        raise Refused("evidence.name_reserved")
    stem, dot, ending = name.rpartition(".")
    if not stem.strip(". ") or name != name.strip(" ") or name.startswith("."):
        raise Refused("evidence.name_malformed")
    allowed = ENDINGS.get(media_type, ())
    if not dot or ending.lower() not in allowed:
        raise Refused("evidence.name_ending", media_type=media_type, allowed=", ".join(allowed))
    return name


def attachment(name: str, fallback: str) -> str:
    """The value of Content-Disposition by RFC 6266: saved under the name, never shown."""
    if not name:
        return f'attachment; filename="{fallback}"'
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", plain) or fallback
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
