"""The nation's present season under another year's rules, from the scorecards scoring publishes.

For the present moment only: a past one is folded from the logs, region by region (`analysis.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from services.projection.analysis import parse_stage
from services.projection.core.rules import judging, rescoring
from services.projection.core.rules.judging import Profile, Thresholds
from services.projection.core.rules.rescoring import Alike, Entered, National
from services.projection.read import rules_asked
from services.projection.web.turns import Turns
from shared.io import postgres
from shared.kernel import regions as kernel_regions
from shared.kernel.errors import Corrupt, Missing
from shared.kernel.regions import Register
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage

_SQL = postgres.queries(Path(__file__).parent / "nation.sql")


class Answer(Struct, frozen=True, kw_only=True):
    """The nation's season under the rules asked for; `entered` are the rules regions stand under.

    `innovations` are those registered by regions that entered.
    """

    year: int
    stage: Stage
    rules: RuleSet
    entered: tuple[RuleSet, ...]
    innovations: int
    national: National


class Nation:
    """Answers about all regions at once."""

    def __init__(
        self,
        pool: postgres.Pool,
        regions: Register,
        rule_sets: Mapping[str, RuleSet],
        digests: Mapping[str, str],
        turns: Turns,
    ) -> None:
        self._pool = pool
        self._subjects = kernel_regions.subjects(regions)
        self._by_code = {region.code: region for region in self._subjects}
        self._rule_sets = rule_sets
        self._digests = digests
        self._turns = turns

    async def rescored(self, year: int, rules: str, stage: str) -> Answer:
        """Everything asked is spelt as given; empty rules are those of the season's own year."""
        staged = parse_stage(stage)
        other = rules_asked(self._rule_sets, rules or str(year))
        async with self._turns.turn():
            seasons = await self._read(year, other, staged)
            national = await self._turns.aside(
                lambda: rescoring.rescore(self._subjects, seasons, other, year, staged)
            )
        entered = {season.rules.id: season.rules for season in seasons}
        return Answer(
            year=year,
            stage=staged,
            rules=other,
            entered=tuple(rules for _, rules in sorted(entered.items())),
            innovations=sum(
                alike.innovations for season in seasons for alike in season.innovations
            ),
            national=national,
        )

    async def _read(self, year: int, other: RuleSet, stage: Stage) -> Sequence[Entered]:
        """Every assessed region's season, all seen at one moment."""
        asked: dict[str, Any] = {
            "year": year,
            "tenants": list(self._by_code),
            "verified": stage == "terverifikasi",
        }
        async with postgres.transaction(self._pool) as connection:
            await postgres.execute(connection, _SQL["one_view"])
            await postgres.reach(connection, self._by_code)
            entries = await postgres.fetch(connection, _SQL["entries"], asked)
            rules = {row["tenant"]: self._entered(row) for row in entries}
            if not entries:
                known = await postgres.fetch(connection, _SQL["known"], asked)
                if not known[0]["known"]:
                    raise Missing("ranking.unknown_season", year=year)
            among = judging.thresholds({*rules.values(), other}, year)
            asked |= {"dates": list(among.dates), "words": list(among.words)}
            rows = await postgres.fetch(connection, _SQL["innovations"], asked)
        innovations = _by_region(rows, among)
        return [
            Entered(
                region=self._by_code[row["tenant"]],
                rules=rules[row["tenant"]],
                levels=row["levels"],
                innovations=tuple(innovations.get(row["tenant"], ())),
            )
            for row in entries
        ]

    def _entered(self, row: Mapping[str, Any]) -> RuleSet:
        """The rules a region entered under; scored with other bytes, its levels say nothing."""
        if self._digests.get(row["rule_set"]) != row["rule_digest"]:
            raise Corrupt("score.other_rules", rule_set=row["rule_set"])
        return self._rule_sets[row["rule_set"]]


def _by_region(
    rows: Iterable[Mapping[str, Any]], among: Thresholds
) -> Mapping[str, Sequence[Alike]]:
    """The rows as the core reads them; the few profiles there are, are made once."""

    @cache
    def profile(
        tahapan: str,
        submitted: bool,  # noqa: FBT001 - as the columns stand
        rejected: bool,  # noqa: FBT001
        applied: int | None,
        developed: int | None,
        worded: int,
    ) -> Profile:
        return Profile(
            tahapan=tahapan,
            submitted=submitted,
            rejected=rejected,
            candidate=judging.representative(among, applied, developed, worded),
        )

    found: dict[str, list[Alike]] = {}
    for row in rows:
        judged = ("tahapan", "submitted", "rejected", "applied", "developed", "worded")
        alike = Alike(
            innovations=row["innovations"],
            levels=row["levels"],
            profile=profile(*(row[name] for name in judged)),
            main_urusan=tuple(row["main_urusan"]),
            other_urusan=tuple(map(int, filter(None, row["other_urusan"].split(",")))),
        )
        found.setdefault(row["tenant"], []).append(alike)
    return found
