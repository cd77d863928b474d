"""Which roles somebody may give to others, and so may take back or hand over."""

from collections.abc import Iterable, Mapping
from typing import get_args

from shared.io.identity import Caller, Role
from shared.kernel.errors import Refused

# What each role may give to others. Nobody gives what they do not hold themselves or stand above.
GIVES: Mapping[str, tuple[Role, ...]] = {
    "region_admin": ("operator", "region_admin"),
    "ministry": get_args(Role),
}


def must_stand_above(caller: Caller, held: Iterable[str]) -> None:
    """Refuse to end a role, or to hand over an account that holds it, where it is not theirs to
    give: whoever renews an invitation can choose the password, and act in every role behind it.
    """
    for role in held:
        if role not in GIVES.get(caller.role, ()):
            raise Refused("role.not_below_yours", role=role)
