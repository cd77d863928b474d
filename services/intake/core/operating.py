"""What an agency's operator may say: of the agency's own innovations, and of nothing else.

What another agency reports is answered like something that does not exist.
"""

from collections.abc import Callable

from services.intake.core import clarification, indicator, innovation, together, trial
from services.intake.core.innovation import Innovation
from shared.kernel.errors import Missing, Refused

# What is said of an innovation that there is.
_OF_ONE = (
    innovation.Withdraw,
    trial.Report,
    trial.Replicate,
    indicator.Claim,
    clarification.Open,
)


def must_be_own(agency: str, command: object, held: Callable[[str], Innovation]) -> None:
    """Refuse what is not the agency's; `held` tells an innovation of the season as it stands."""
    match command:
        case together.Together():
            for report in command.reports:
                must_be_own(agency, report, held)
        case innovation.Register():
            _must_name(agency, command.profile.agency)
        case innovation.Revise():
            _must_hold(agency, command.innovation, held)
            _must_name(agency, command.profile.agency)
        case _ if isinstance(command, _OF_ONE):
            _must_hold(agency, command.innovation, held)
        case _:
            raise Refused("role.not_allowed", role="operator", needed="region_admin")


def _must_name(agency: str, named: str) -> None:
    """A profile that names another agency would be given away, or taken."""
    if named != agency:
        raise Refused("agency.not_yours", agency=agency)


def _must_hold(agency: str, name: str, held: Callable[[str], Innovation]) -> None:
    profile = held(name).profile if name else None
    if profile is None or profile.agency != agency:
        raise Missing("innovation.unknown", innovation=name)
