"""What every analysis says of itself: whose, of when, under which rules, up to which fact."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from services.projection.analysis import Season
from services.projection.core import moment
from services.projection.read import PROJECTION
from shared.kernel.rules.ruleset import RuleSet


class Context(Struct, frozen=True, kw_only=True):
    """What an analysis was made of; the same context gives the same analysis for ever."""

    region: str
    name: str
    year: int
    stage: str
    clock: str
    as_of: datetime | None
    entered_rules: str
    rules: str
    rules_digest: str
    last_seq: int
    notice: str


class ProvinceContext(Struct, frozen=True, kw_only=True):
    """The same of a whole province; `cut` is the last fact of each region's season that was read,
    0 where it said nothing.
    """

    province: str
    year: int
    clock: str
    as_of: datetime | None
    cut: dict[str, int]
    notice: str


class Contexts:
    """Makes contexts; it knows the digests that rule sets are cited by."""

    def __init__(self, digests: Mapping[str, str]) -> None:
        self._digests = digests

    def digest(self, rules: RuleSet) -> str:
        """What the rule file's bytes are cited by."""
        return self._digests[rules.id]

    def of(self, season: Season) -> Context:
        """The context of one region's season."""
        return Context(
            region=season.region.code,
            name=season.region.name,
            year=season.year,
            stage=season.stage,
            clock=season.clock,
            as_of=moment.asked_of(season.until, season.region.time_zone),
            entered_rules=season.entered.id,
            rules=season.rules.id,
            rules_digest=self._digests[season.rules.id],
            last_seq=season.dossier.last_seq,
            notice=PROJECTION,
        )

    def across(self, province: str, seasons: Sequence[Season]) -> ProvinceContext:
        """The context of all of a province's regions, of which there is at least one."""
        first = seasons[0]
        return ProvinceContext(
            province=province,
            year=first.year,
            clock=first.clock,
            as_of=moment.asked_of(first.until, first.region.time_zone),
            cut={season.region.code: season.dossier.last_seq for season in seasons},
            notice=PROJECTION,
        )
