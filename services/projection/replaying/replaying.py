"""State and ranking at two instants: as served, and as replayed by a program of its own."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from msgspec import Struct

from services.projection.analysis import Analyst
from services.projection.bundles import cutting
from services.projection.bundles.bundling import Bundling, Scope, scope_of
from services.projection.bundles.cutting import Cut, Cutting, Served
from services.projection.core import moment, ranking, replay
from services.projection.core.ranking import STAGES, Stage
from services.projection.core.replay import Change, Document, Instant
from services.projection.read import Reader, parse_clock, parse_since
from services.projection.replaying.program import Program, Verdict
from services.projection.web.turns import Turns
from shared.kernel import disclosure
from shared.kernel.errors import Refused
from shared.kernel.recorded import Recorded
from shared.kernel.regions import Region


class Span(Struct, frozen=True, kw_only=True):
    """Two instants as they were spelt: moments by a clock, or positions in the log of heads."""

    since: str = ""
    as_of: str = ""
    clock: str = ""
    size_since: int | None = None
    size: int | None = None


class Instants(Struct, frozen=True, kw_only=True):
    """Two instants within one cut."""

    cut: Cut
    first: Instant
    second: Instant

    def new(self, facts: Iterable[Recorded], tenant: str) -> Sequence[Recorded]:
        """What came between, of what can move a score."""
        size = self.cut.size(tenant)
        return [
            fact
            for fact in facts
            if fact.seq <= size
            and isinstance(fact.event, replay.MOVING)
            and self.second.holds(fact)
            and not self.first.holds(fact)
        ]


class Side(Struct, frozen=True, kw_only=True):
    """One instant: our document, and the digests of its bytes and of the other program's."""

    document: Document
    served_sha256: str
    replayed_sha256: str | None
    equal: bool


class Pair(Struct, frozen=True, kw_only=True):
    """Both instants, and what the other program said of the facts they come from."""

    instants: Instants
    first: Side
    second: Side
    verdict: Verdict


class Moved(Struct, frozen=True, kw_only=True):
    """A region whose row is another, and the facts that came between."""

    region: str
    name: str
    first: Document
    second: Document
    facts: tuple[Recorded, ...]


class Replaying:
    """Answers about two instants."""

    def __init__(
        self,
        cutting: Cutting,
        bundling: Bundling,
        reader: Reader,
        analyst: Analyst,
        program: Program,
    ) -> None:
        self._cutting = cutting
        self._bundling = bundling
        self._reader = reader
        self._analyst = analyst
        self.program = program
        # Each takes a processor for seconds; other long answers do not wait for it.
        self._turns = Turns()

    async def ranking(
        self, province: str, year: int, given: str, span: Span, now: datetime
    ) -> tuple[Pair, Sequence[Moved]]:
        """A province's ranking at both, and the regions whose rows differ."""
        assessed = self._reader.assessed(province)
        codes = [region.code for region in assessed]
        await self._reader.season(province, year)
        stage = await self._reader.stage(given, province, year, parse_clock(span.clock), None)
        async with self._turns.turn():
            instants = await self._instants(codes, span, assessed[0].time_zone, now)
            ours = []
            for each in (instants.first, instants.second):
                served = await self._cutting.served(codes, instants.cut, each)
                places = ranking.rank(codes, cutting.indexes(served.get((year, stage), {})), stage)
                ours.append(replay.ranking(province, year, stage, each, places))
            scope = Scope(regions=tuple(codes), provinces=(province,))
            what = f"{province}/{year}/{stage}"
            pair = await self._pair(what, scope, instants, ours)
        return pair, await self._moved(assessed, year, pair)

    async def state(
        self, code: str, year: int, span: Span, now: datetime
    ) -> tuple[Pair, Sequence[Change]]:
        """What a region's facts come to at both, and everything that differs."""
        region = self._reader.region(code)
        await self._reader.season(region.province or code, year)
        facts = await self._analyst.facts(code, year)
        async with self._turns.turn():
            instants = await self._instants([code], span, region.time_zone, now)
            within = [fact for fact in facts if fact.seq <= instants.cut.size(code)]
            rules = self._analyst.entered(within)
            ours = []
            for each in (instants.first, instants.second):
                served = await self._cutting.served([code], instants.cut, each)
                indexes: dict[str, Decimal | None] = {
                    stage: _index(served, code, year, stage) for stage in STAGES
                }
                ours.append(replay.state(code, year, each, within, rules, indexes))
            scope = scope_of(self._reader.register, code)
            own = Scope(regions=(code,), provinces=scope.provinces)
            pair = await self._pair(f"{code}/{year}", own, instants, ours)
        differing = replay.changes(
            pair.first.document, pair.second.document, instants.new(within, code)
        )
        return pair, differing

    async def _instants(
        self, codes: Sequence[str], span: Span, zone: str, now: datetime
    ) -> Instants:
        """Both within the later position's cut: moments end where it does."""
        clock = parse_clock(span.clock)
        if clock != "known" and (span.size is not None or span.size_since is not None):
            raise Refused("replay.position_by_other_clock")
        if span.size_since is not None:
            if span.since:
                raise Refused("replay.two_beginnings")
            if span.size is not None and span.size_since > span.size:
                raise Refused("replay.backwards", since=span.size_since, size=span.size)
        cut = await self._cutting.cut(codes, span.size)
        end = moment.parse(span.as_of, zone) if span.as_of else moment.at(now)
        if span.size_since is None:
            start = parse_since(span.since, end, zone).until
        else:
            start = (await self._cutting.cut(codes, span.size_since)).known_until
        if clock == "known":
            until = min(end.until, cut.known_until)
            first, second = (Instant(known_until=each) for each in (min(start, until), until))
        else:
            first, second = (
                Instant(known_until=cut.known_until, happened_until=each)
                for each in (start, end.until)
            )
        return Instants(cut=cut, first=first, second=second)

    async def _pair(
        self, what: str, scope: Scope, instants: Instants, ours: Sequence[Document]
    ) -> Pair:
        everyone = disclosure.topics_in("everyone")
        files = self._bundling.logs(scope, instants.cut, lambda _: everyone, {})
        asked = ["--replay", what]
        both = (instants.first, instants.second)
        for each in both:
            end = each.happened_until or each.known_until
            asked += ["--as-of", replay.moment(end - moment.SECOND)]
        if instants.second.happened_until is not None:
            asked += ["--clock", "happened"]
        verdict = await self.program.replay(files, asked)
        lines = verdict.lines or (None, None)
        first, second = (_side(*each) for each in zip(ours, lines, strict=True))
        return Pair(instants=instants, first=first, second=second, verdict=verdict)

    async def _moved(self, assessed: Sequence[Region], year: int, pair: Pair) -> Sequence[Moved]:
        then, now = (
            {row["region"]: row for row in side.document["rows"]}
            for side in (pair.first, pair.second)
        )
        moved = []
        for region in assessed:
            code = region.code
            if then[code] != now[code]:
                facts = await self._analyst.facts(code, year)
                moved.append(
                    Moved(
                        region=code,
                        name=region.name,
                        first=then[code],
                        second=now[code],
                        facts=tuple(pair.instants.new(facts, code)),
                    )
                )
        return moved


def _index(served: Served, code: str, year: int, stage: Stage) -> Decimal | None:
    """A computed stage of which nothing is known counts as 0, as in rankings."""
    told = served.get((year, stage), {}).get(code)
    if told is None:
        return None if stage == ranking.FINAL else ranking.ZERO
    return told.index


def _side(document: Document, line: bytes | None) -> Side:
    own = replay.spelled(document)
    return Side(
        document=document,
        served_sha256=sha256(own).hexdigest(),
        replayed_sha256=None if line is None else sha256(line).hexdigest(),
        equal=own == line,
    )
