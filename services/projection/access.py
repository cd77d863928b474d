"""Who may see what is not for everybody: a region's plans, and how verifiers and coaches work."""

from collections.abc import Mapping
from typing import Any

from litestar import Request

from services.projection.web.ranking import ERRORS
from shared.io import http
from shared.io.identity import Caller, Keys, Role

# What only some keys are shown, no cache in between keeps.
OWN = {"Cache-Control": "private, no-cache"}
# What is told more fully to those who show a key is kept for nobody else.
VARIED = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
KEYED: Mapping[str, Any] = {
    "responses": ERRORS | http.problems(401, 403),
    "security": [{"key": []}],
}

VERIFIERS: tuple[Role, ...] = ("verifier", "ministry")
COACHES: tuple[Role, ...] = ("ministry",)


class Access:
    """The door of what is kept from others; `tenant` is the region or province asked about.

    Whatever lies outside a key's reach is answered like something that does not exist.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def own(self, request: Request[Any, Any, Any], region: str) -> Caller:
        """A key of the region itself."""
        return await self.of(request, region, "region_admin")

    async def verifying(self, request: Request[Any, Any, Any], region: str) -> Caller:
        """Who verifies the region, above them the ministry, and the region itself."""
        return await self.of(request, region, "region_admin", *VERIFIERS)

    async def coaching(self, request: Request[Any, Any, Any], region: str) -> Caller:
        """Who coaches the region's agencies, and the region itself."""
        return await self.of(request, region, "region_admin", *COACHES)

    async def of(self, request: Request[Any, Any, Any], tenant: str, *roles: Role) -> Caller:
        """A key that reaches the tenant in one of these roles."""
        caller = await self._keys.caller(request.headers.get("authorization", ""))
        caller.must_reach(tenant)
        caller.must_be(*roles)
        return caller
