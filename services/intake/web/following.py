"""Routes of those who follow a log: pages, the stream as it grows, and what facts look like."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from services.intake.bodies.following import FactEventsView, SchemasView
from services.intake.core.following import cloud_event, cursor, shown
from services.intake.door import ERRORS, REGION, Door
from services.intake.following import live, webhooks
from services.intake.following.feed import PAGE_FACTS_MAX
from services.intake.following.following import Following
from shared.io import http
from shared.io.gate import caller_of
from shared.io.identity import Caller
from shared.kernel import contracts, names
from shared.kernel.errors import Missing

EVENTS = REGION + "/events"
SCHEMAS = "/v1/events/schemas"
FACTS_DEFAULT = 100
SCHEMA_TYPE = "application/schema+json"
# What anybody may read, and changes with a release only.
PUBLIC = {"Cache-Control": "public, max-age=300"}
OWN = {"Cache-Control": "private, no-store", "Vary": "Authorization, Accept"}

After = Annotated[
    str, QueryParameter(description="Cursor dari `next` atau `id:`; kosong berarti dari awal")
]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_FACTS_MAX)]
LastEventId = Annotated[
    str,
    HeaderParameter(
        name="Last-Event-ID", required=False, description="Cursor peristiwa terakhir yang diterima"
    ),
]


def routes(door: Door, following: Following) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_facts(door, following), *_schemas()]


def _facts(door: Door, following: Following) -> Sequence[ControllerRouterHandler]:
    @get(
        EVENTS,
        security=[{"key": []}],
        responses={200: ResponseSpec(FactEventsView, generate_examples=False), **ERRORS},
    )
    async def read_events(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        after: After = "",
        limit: Limit = FACTS_DEFAULT,
    ) -> Response[bytes]:
        """A region's facts in the order of the log, as CloudEvents, behind a cursor.

        Of a province, and of `00`, the ministry, any key is shown the calendar's letters. Asked for
        `application/cloudevents-batch+json`, it answers with that array, and the next cursor in
        `Link`.
        """
        seen = _seen(door, caller_of(request), region)
        page = await following.feed.page(webhooks.place_of(after, region), limit)
        facts = [fact for fact in page.facts if fact.topic in seen]
        onward = cursor.spelt(page.next)
        link = {"Link": f'</v1/regions/{region}/events?after={onward}>; rel="next"'}
        if cloud_event.BATCH_MEDIA_TYPE in request.headers.get("accept", ""):
            batch = cloud_event.encode_batch(facts)
            media_type = cloud_event.BATCH_MEDIA_TYPE
            return Response(batch, media_type=media_type, headers=OWN | link)
        told = cloud_event.encode_page(facts, onward, more=page.more)
        return Response(told, media_type="application/json", headers=OWN | link)

    @get(
        EVENTS + "/stream",
        security=[{"key": []}],
        responses=ERRORS | http.problems(429),
        media_type=live.MEDIA_TYPE,
    )
    async def stream_events(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        after: After = "",
        last_event_id: LastEventId = "",
    ) -> Stream:
        """The same facts as they are recorded: server-sent events, each under its cursor.

        `Last-Event-ID` goes before `after`; without either it begins with the first fact.
        """
        caller = caller_of(request)
        seen = _seen(door, caller, region)
        place = webhooks.place_of(last_event_id or after, region)
        lines = await following.live.follow(
            caller.tenant, place, seen, lambda: _again(door, request)
        )
        headers = {"Cache-Control": "private, no-store", "X-Accel-Buffering": "no"}
        return Stream(lines, media_type=live.MEDIA_TYPE, headers=headers)

    return [read_events, stream_events]


def _schemas() -> Sequence[ControllerRouterHandler]:
    kinds = {topic: f"{SCHEMAS}/{topic}" for topic in sorted(contracts.KINDS)}

    @get(SCHEMAS, sync_to_thread=False)
    def list_schemas() -> Response[SchemasView]:
        """Every kind of event there is, of intake and of scoring; for anybody."""
        return Response(SchemasView(schemas=kinds), headers=PUBLIC)

    @get(SCHEMAS + "/{topic:str}", responses=http.problems(400, 404), sync_to_thread=False)
    def read_schema(topic: FromPath[str]) -> Response[dict[str, Any]]:
        """The JSON Schema of one kind of event; for anybody."""
        if topic not in contracts.KINDS:
            raise Missing("topic.unknown", topic=topic)
        return Response(contracts.schema(topic), media_type=SCHEMA_TYPE, headers=PUBLIC)

    return [list_schemas, read_schema]


async def _again(door: Door, request: Request[Any, Any, Any]) -> Caller:
    assert door.gate is not None
    return await door.gate.caller(request)


def _seen(door: Door, caller: Caller, region: str) -> frozenset[str]:
    """The kinds of facts the key is shown; what lies outside its reach does not exist."""
    known = region == names.MINISTRY or region in door.regions.by_code
    if known and caller.reaches(region):
        return shown.shown_to(caller.role)
    if known and names.is_keeper(region):
        return shown.CALENDAR
    raise Missing("region.unknown", region=region)
