"""What is sent of findings."""

from services.intake.bodies.stated import Stated


class DismissalBody(Stated, frozen=True, kw_only=True):
    """Why a finding needs no more looking at; `upto` is the last of its facts that was seen."""

    kind: str
    reason: str
    upto: int
