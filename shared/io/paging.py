"""Lists that grow are told in pages: what is asked for, and where it goes on."""

from typing import Annotated
from urllib.parse import urlencode

from litestar.params import QueryParameter

ROWS_DEFAULT, ROWS_MAX = 200, 1000

Cursor = Annotated[
    str, QueryParameter(description="Kursor dari `next`; kosong berarti dari awal", max_length=2000)
]
Limit = Annotated[int, QueryParameter(ge=1, le=ROWS_MAX, description="Paling banyak baris")]


def onward(path: str, cursor: str, limit: int) -> dict[str, str]:
    """The header that leads to the next page, if there is one."""
    if not cursor:
        return {}
    return {"Link": f'<{path}?{urlencode({"cursor": cursor, "limit": limit})}>; rel="next"'}
