"""The interface of replaying: two instants, what differs, and whether another program agrees."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.core.replay import Change, Instant
from services.projection.read import PROJECTION
from services.projection.replaying.replaying import Moved, Pair, Replaying, Side, Span
from services.projection.web.asking import PROVINCE, REGION
from services.projection.web.ranking import ERRORS, FRESH, AsOf, Clock, Since, Stage
from shared.io import clock as io_clock
from shared.kernel import streams
from shared.kernel.recorded import Recorded, topic

# Of a region's facts so many are told; all stand in its log.
FACTS_MAX = 100

SizeSince = Annotated[
    int | None,
    QueryParameter(
        ge=1,
        description="Instead of since: what the log of heads held at this size (clock known)",
    ),
]
SizeUntil = Annotated[
    int | None,
    QueryParameter(
        ge=1,
        description="The signed head to cut all logs at; by default the newest. With clock known "
        "and without as_of, the second position",
    ),
]


class InstantView(Struct, frozen=True, kw_only=True):
    """What was known before a moment, and of that what had happened before another, if any."""

    known_until: datetime
    happened_until: datetime | None


class SideView(Struct, frozen=True, kw_only=True):
    """One instant: the document as served, the SHA-256 of its bytes, and of those that the verifier
    made of the same facts; None where it found the facts themselves unsound.
    """

    instant: InstantView
    document: dict[str, Any]
    served_sha256: str
    replayed_sha256: str | None
    equal: bool


class ReplayView(Struct, frozen=True, kw_only=True):
    """Both instants. `equal` says that the independent program's bytes are ours, byte for byte.

    `size` is the signed head of all heads at which the logs were cut; `program_sha256` is the
    program's, which anybody can run on the bundle of the same `size`; `said` is its verdict.
    """

    year: int
    size: int
    program_sha256: str
    said: str
    sound: bool
    equal: bool
    first: SideView
    second: SideView
    notice: str


class MovingFactView(Struct, frozen=True, kw_only=True):
    """A fact that came between: where it stands, what it is, by whom, and when by either clock."""

    seq: int
    type: str
    stream: str
    actor: str
    role: str
    happened_at: datetime
    recorded_at: datetime


class MovedView(Struct, frozen=True, kw_only=True):
    """A region whose row is another, and what came between; `facts` are the first hundred."""

    region: str
    name: str
    rank: tuple[int | None, int | None]
    index: tuple[str | None, str | None]
    facts: tuple[MovingFactView, ...]
    facts_total: int


class RankingReplayView(Struct, frozen=True, kw_only=True):
    """A province's ranking at two instants."""

    province: str
    replay: ReplayView
    moved: tuple[MovedView, ...]


class StateReplayView(Struct, frozen=True, kw_only=True):
    """What a region's facts come to at two instants, and everything that differs."""

    region: str
    replay: ReplayView
    changes: tuple[Change, ...]


def _span(
    since: Since = "",
    as_of: AsOf = "",
    clock: Clock = "",
    size_since: SizeSince = None,
    size: SizeUntil = None,
) -> Span:
    return Span(since=since, as_of=as_of, clock=clock, size_since=size_since, size=size)


SPANNED = {"span": Provide(_span, sync_to_thread=False)}


def routes(replaying: Replaying) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get(PROVINCE + "/replay", responses=ERRORS, dependencies=SPANNED)
    async def replay_ranking(
        province: FromPath[str],
        year: FromPath[int],
        span: NamedDependency[Span],
        stage: Stage = "",
    ) -> Response[RankingReplayView]:
        """The ranking at two instants as it is served, beside what the auditors' program makes of
        the same facts; what differs, and the facts that came between.
        """
        pair, moved = await replaying.ranking(province, year, stage, span, io_clock.now())
        view = RankingReplayView(
            province=province,
            replay=_view(year, pair, replaying),
            moved=tuple(map(_moved, moved)),
        )
        return Response(view, headers=FRESH)

    @get(REGION + "/replay", responses=ERRORS, dependencies=SPANNED)
    async def replay_state(
        region: FromPath[str], year: FromPath[int], span: NamedDependency[Span]
    ) -> Response[StateReplayView]:
        """The same of one region: levels, innovations and indexes that its facts come to."""
        pair, changes = await replaying.state(region, year, span, io_clock.now())
        view = StateReplayView(
            region=region, replay=_view(year, pair, replaying), changes=tuple(changes)
        )
        return Response(view, headers=FRESH)

    return [replay_ranking, replay_state]


def _view(year: int, pair: Pair, replaying: Replaying) -> ReplayView:
    return ReplayView(
        year=year,
        size=pair.instants.cut.head.size,
        program_sha256=replaying.program.sha256,
        said=pair.verdict.sentence,
        sound=pair.verdict.sound,
        equal=pair.first.equal and pair.second.equal,
        first=_side(pair.instants.first, pair.first),
        second=_side(pair.instants.second, pair.second),
        notice=PROJECTION,
    )


def _side(instant: Instant, side: Side) -> SideView:
    return SideView(
        instant=InstantView(known_until=instant.known_until, happened_until=instant.happened_until),
        document=dict(side.document),
        served_sha256=side.served_sha256,
        replayed_sha256=side.replayed_sha256,
        equal=side.equal,
    )


def _moved(moved: Moved) -> MovedView:
    return MovedView(
        region=moved.region,
        name=moved.name,
        rank=(moved.first["rank"], moved.second["rank"]),
        index=(moved.first["index"], moved.second["index"]),
        facts=tuple(map(_fact, moved.facts[:FACTS_MAX])),
        facts_total=len(moved.facts),
    )


def _fact(fact: Recorded) -> MovingFactView:
    return MovingFactView(
        seq=fact.seq,
        type=topic(fact.event),
        stream=streams.stream_of(fact.event),
        actor=fact.meta.actor,
        role=fact.meta.role,
        happened_at=fact.happened_at,
        recorded_at=fact.recorded_at,
    )
