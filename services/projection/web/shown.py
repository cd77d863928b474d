"""Whose facts are shown to whom, where a whole log is handed out or proven."""

from collections.abc import Callable
from typing import Any

from litestar import Request

from shared.io.identity import Caller
from shared.kernel import disclosure


def shown_to(request: Request[Any, Any, Any]) -> Callable[[str], frozenset[str]]:
    """Of each tenant, what the caller's role is shown where it reaches; else what everyone is."""
    caller = request.scope["state"].get("caller")

    def topics(tenant: str) -> frozenset[str]:
        if isinstance(caller, Caller) and caller.reaches(tenant):
            return disclosure.topics_in(*disclosure.OF_ROLES.get(caller.role, ("everyone",)))
        return disclosure.topics_in("everyone")

    return topics
