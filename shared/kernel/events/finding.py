"""What was said of findings: of what facts show to whoever audits them."""

from msgspec import Struct


class FindingDismissed(Struct, frozen=True, kw_only=True, tag="finding.dismissed.1"):
    """A finding was looked at and explained; it counts up to the fact `upto` of the region's log.

    What comes to the finding afterwards opens it again.
    """

    year: int
    finding: str
    kind: str
    reason: str
    upto: int
