"""The interface of verification under way: queues, an indicator's thread, and clarifications."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection import telling
from services.projection.access import KEYED, OWN
from services.projection.analysis import Asked, Season
from services.projection.context import Context, Contexts, ProvinceContext
from services.projection.core import backlog
from services.projection.core.backlog import Load, State, Waiting
from services.projection.core.clarifications import Clarification
from services.projection.core.provisional.provisional import Sentence
from services.projection.core.thread import Entry
from services.projection.verifying import Verifying
from services.projection.web.asking import ASKED_OF_PROVINCE, ASKED_OF_REGION, PROVINCE, REGION
from shared.io import clock as io_clock
from shared.io.paging import ROWS_DEFAULT, Cursor, Limit
from shared.kernel import paging

THREAD = "/indicators/{code:str}/thread"

Verifier = Annotated[
    str,
    QueryParameter(description="Only what was given to this client; `_` for what nobody was given"),
]
OfState = Annotated[
    State | None,
    QueryParameter(
        name="state",
        description="Only claims that wait for a first verdict, that answer a return, "
        "or verdicts that were drawn for a second look",
    ),
]


class Queue(Struct, frozen=True, kw_only=True):
    """What waits for verifiers, the oldest first: `rows` of the `chosen` ones, of `total` in all.

    `next` is the cursor of the next page, empty at the end. The loads are over everything, whatever
    was chosen.
    """

    total: int
    chosen: int
    oldest_days: int | None
    loads: tuple[Load, ...]
    rows: tuple[Waiting, ...]
    next: str


class QueueView(Struct, frozen=True, kw_only=True):
    """A region's queue."""

    context: Context
    queue: Queue


class ProvinceQueueView(Struct, frozen=True, kw_only=True):
    """A province's queue."""

    context: ProvinceContext
    queue: Queue


class ToldEntry(Struct, frozen=True, kw_only=True):
    """One entry, and the sentence that tells it."""

    entry: Entry
    sentence: Sentence


class ThreadView(Struct, frozen=True, kw_only=True):
    """Everything that happened to one indicator, in order; nothing is ever left out of it."""

    context: Context
    innovation: str
    indicator: str
    entries: tuple[ToldEntry, ...]


class ToldClarification(Struct, frozen=True, kw_only=True):
    """One clarification, and what it would do or did."""

    region: str
    name: str
    clarification: Clarification
    sentence: Sentence


class ClarificationsView(Struct, frozen=True, kw_only=True):
    """A region's clarifications: the open ones first, by when an answer is due."""

    context: Context
    open: int
    overdue: int
    clarifications: tuple[ToldClarification, ...]


class ProvinceClarificationsView(Struct, frozen=True, kw_only=True):
    """A province's clarifications in the same order."""

    context: ProvinceContext
    open: int
    overdue: int
    clarifications: tuple[ToldClarification, ...]


def routes(verifying: Verifying, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [
        *_queue_routes(verifying, contexts),
        _thread_route(verifying, contexts),
        *_clarification_routes(verifying, contexts),
    ]


def _queue_routes(verifying: Verifying, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    @get(REGION + "/verification-queue", dependencies=ASKED_OF_REGION, **KEYED)
    async def read_queue(
        asked: NamedDependency[Asked],
        verifier: Verifier = "",
        waits: OfState = None,
        limit: Limit = ROWS_DEFAULT,
        cursor: Cursor = "",
    ) -> Response[QueueView]:
        """What of a region waits for verifiers; for them and for the region itself."""
        season, queue = await verifying.queue(asked, io_clock.now())
        told = _queue(queue, verifier, waits, limit, cursor)
        return Response(QueueView(context=contexts.of(season), queue=told), headers=OWN)

    @get(PROVINCE + "/verification-queue", dependencies=ASKED_OF_PROVINCE, **KEYED)
    async def read_province_queue(
        province: FromPath[str],
        asked: NamedDependency[Asked],
        verifier: Verifier = "",
        waits: OfState = None,
        limit: Limit = ROWS_DEFAULT,
        cursor: Cursor = "",
    ) -> Response[ProvinceQueueView]:
        """What of a province waits for verifiers; for them and the ministry."""
        seasons, queue = await verifying.queue_of(province, asked, io_clock.now())
        told = _queue(queue, verifier, waits, limit, cursor)
        view = ProvinceQueueView(context=contexts.across(province, seasons), queue=told)
        return Response(view, headers=OWN)

    return [read_queue, read_province_queue]


def _queue(
    queue: Sequence[Waiting], verifier: str, state: State | None, limit: int, cursor: str
) -> Queue:
    chosen = backlog.chosen(queue, verifier, state or "")
    rows, following = paging.page(chosen, backlog.key, limit, cursor)
    return Queue(
        total=len(queue),
        chosen=len(chosen),
        oldest_days=max((one.days for one in queue), default=None),
        loads=backlog.loads(queue),
        rows=rows,
        next=following,
    )


def _thread_route(verifying: Verifying, contexts: Contexts) -> ControllerRouterHandler:
    @get(
        [REGION + "/innovations/{innovation:str}" + THREAD, REGION + THREAD],
        dependencies=ASKED_OF_REGION,
        **KEYED,
    )
    async def read_thread(
        code: FromPath[str],
        asked: NamedDependency[Asked],
        innovation: FromPath[str] = "",
    ) -> Response[ThreadView]:
        """Everything that happened to one indicator, of an innovation or of the region itself."""
        season, entries = await verifying.thread(asked, innovation, code)
        zone = season.region.time_zone
        view = ThreadView(
            context=contexts.of(season),
            innovation=innovation,
            indicator=code,
            entries=tuple(
                ToldEntry(entry=one, sentence=telling.entry(one, zone)) for one in entries
            ),
        )
        return Response(view, headers=OWN)

    return read_thread


def _clarification_routes(
    verifying: Verifying, contexts: Contexts
) -> Sequence[ControllerRouterHandler]:
    @get(REGION + "/clarifications", dependencies=ASKED_OF_REGION, **KEYED)
    async def read_clarifications(asked: NamedDependency[Asked]) -> Response[ClarificationsView]:
        """A region's clarifications, and what granting would do; by default when verified."""
        season, found = await verifying.clarifications(asked, io_clock.now())
        told = _told([(season, found)])
        view = ClarificationsView(
            context=contexts.of(season),
            open=_open(told),
            overdue=_overdue(told),
            clarifications=told,
        )
        return Response(view, headers=OWN)

    @get(PROVINCE + "/clarifications", dependencies=ASKED_OF_PROVINCE, **KEYED)
    async def read_province_clarifications(
        province: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[ProvinceClarificationsView]:
        """All clarifications of a province; for verifiers and the ministry."""
        found = await verifying.clarifications_of(province, asked, io_clock.now())
        told = _told(found)
        view = ProvinceClarificationsView(
            context=contexts.across(province, [season for season, _ in found]),
            open=_open(told),
            overdue=_overdue(told),
            clarifications=told,
        )
        return Response(view, headers=OWN)

    return [read_clarifications, read_province_clarifications]


def _told(
    found: Sequence[tuple[Season, Sequence[Clarification]]],
) -> tuple[ToldClarification, ...]:
    """The open ones first, by when an answer is due."""
    told = [
        ToldClarification(
            region=season.region.code,
            name=season.region.name,
            clarification=one,
            sentence=telling.clarification(one),
        )
        for season, clarifications in found
        for one in clarifications
    ]
    return tuple(sorted(told, key=_due))


def _due(told: ToldClarification) -> tuple[Any, ...]:
    one = told.clarification
    return (one.state != "open", one.answer_by, told.region, one.opened_seq)


def _open(told: Sequence[ToldClarification]) -> int:
    return sum(1 for one in told if one.clarification.state == "open")


def _overdue(told: Sequence[ToldClarification]) -> int:
    """Open ones whose answer is due."""
    found = (one.clarification for one in told)
    return sum(1 for one in found if one.state == "open" and one.overdue)
