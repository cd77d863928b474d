"""Zip files whose bytes follow from their contents alone."""

import zipfile
from typing import BinaryIO

# The first moment that a zip file can hold: when it was made is nobody's business here.
MADE_AT = (1980, 1, 1, 0, 0, 0)
ORDINARY_FILE = 0o644 << 16
UNIX = 3


class Archive:
    """A zip that is written to a file member by member, compressed."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, content: bytes) -> None:
        """One more file."""
        member = zipfile.ZipInfo(name, MADE_AT)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.create_system = UNIX
        member.external_attr = ORDINARY_FILE
        self._zip.writestr(member, content)

    def close(self) -> None:
        """The list of members; without it the file is no zip."""
        self._zip.close()
