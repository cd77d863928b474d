"""Which methods an address has, told wherever a method is asked about or refused.

The framework tells those of one function alone where several functions share an address, and
nothing beside a refusal; RFC 9110 asks for all of them.
"""

import re
from collections.abc import Mapping

from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

NOT_ALLOWED = 405
_PARAMETER = re.compile(r"\\\{\w+\\\}")


class Methods:
    """The methods of every address of one application."""

    def __init__(self, methods: Mapping[str, set[str]]) -> None:
        # The most literal one first: it is the one that is served.
        by_literal = sorted(methods.items(), key=lambda each: each[0].count("{"))
        self._patterns = [
            (re.compile(_PARAMETER.sub("[^/]+", re.escape(path))), frozenset(own))
            for path, own in by_literal
        ]

    def of(self, path: str) -> str | None:
        """As the Allow header lists them; None where there is no such address."""
        own = self._own(path)
        # Whatever is read can be asked about (`bodiless.py`).
        told = own | {"HEAD"} if "GET" in own else own
        return ", ".join(sorted(told)) or None

    def has(self, path: str, method: str) -> bool:
        """Whether a function of its own answers the method."""
        return method in self._own(path)

    def _own(self, path: str) -> frozenset[str]:
        bare = path.rstrip("/") or "/"
        found = (own for pattern, own in self._patterns if pattern.fullmatch(bare))
        return next(found, frozenset())


def methods_of(app: Litestar) -> Methods:
    """Read off the routes, once."""
    found: dict[str, set[str]] = {}
    for route in app.routes:
        found.setdefault(route.path_format, set()).update(getattr(route, "methods", ()))
    return Methods(found)


async def tell(message: Message, scope: Scope) -> None:
    """Set Allow on what answers OPTIONS, and on a refusal of the method."""
    if message["type"] != "http.response.start":
        return
    if message["status"] != NOT_ALLOWED and scope.get("method") != "OPTIONS":
        return
    methods: Methods = scope["litestar_app"].state["methods"]
    allowed = methods.of(scope["path"])
    if allowed is not None:
        MutableScopeHeaders.from_message(message)["Allow"] = allowed
