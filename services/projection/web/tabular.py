"""The same answer as a table: for whoever asks for `text/csv` rather than JSON."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request, Response
from msgspec import Struct

from shared.io import sheets_out
from shared.kernel import filenames

MEDIA_TYPE = "text/csv"
FRESH = {"Cache-Control": "no-cache"}
VARIED = {"Vary": "Accept"}


def is_wanted(request: Request[Any, Any, Any]) -> bool:
    """Whether CSV is named, and JSON not before it."""
    named = [each.split(";")[0].strip() for each in request.headers.get("accept", "").split(",")]
    return MEDIA_TYPE in named and "application/json" not in named[: named.index(MEDIA_TYPE)]


def answer(kind: type[Struct], rows: Iterable[Struct], name: str) -> Response[Any]:
    """A row for each, with the columns that hold one value; nothing in it runs as a formula."""
    told = [msgspec.to_builtins(row) for row in rows]
    columns = [field.name for field in msgspec.structs.fields(kind) if _is_plain(field.type)]
    table = sheets_out.table(columns, [[_cell(row[column]) for column in columns] for row in told])
    headers = {"Content-Disposition": filenames.attachment(f"{name}.csv", name)}
    return Response(table, media_type=MEDIA_TYPE, headers=FRESH | VARIED | headers)


def _is_plain(annotated: Any) -> bool:
    """Whether a field holds one value, not a structure or a list."""
    parts = getattr(annotated, "__args__", (annotated,))
    listed = getattr(annotated, "__origin__", None) in (tuple, dict)
    return not listed and not any(hasattr(part, "__struct_fields__") for part in parts)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
