"""How the asking of the running services writes bodies that are files: their bytes as drawn."""

from typing import Any

import schemathesis

MEDIA_TYPES = (
    "application/offset+octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


@schemathesis.serializer(*MEDIA_TYPES)
def as_bytes(context: Any, drawn: Any) -> bytes:
    """What is drawn for a binary schema is bytes; what breaks the schema is written as text."""
    return drawn if isinstance(drawn, bytes) else str(drawn).encode(errors="replace")
