"""Routes of webhooks: where a region has its facts sent."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from services.intake.bodies.following import WebhookBody, WebhookSecretView, WebhookView
from services.intake.core.following import cursor, signature
from services.intake.door import ERRORS, REGION
from services.intake.following.following import Following
from services.intake.following.webhooks import Webhook, place_of
from shared.io import clock, http

WEBHOOKS = REGION + "/webhooks"
WEBHOOK = WEBHOOKS + "/{webhook_id:str}"
OWN = {"Cache-Control": "private, no-store"}

After = Annotated[
    str, QueryParameter(description="Cursor; kosong berarti dari awal", required=True)
]


def routes(following: Following) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [
        *_making(following),
        *_asking(following),
        *_turning(following),
        *_repeating(following),
    ]


SHARED: dict[str, Any] = {"responses": ERRORS, "security": [{"key": []}]}


def _making(following: Following) -> Sequence[ControllerRouterHandler]:
    @post(
        WEBHOOKS,
        status_code=201,
        guards=[http.require_json],
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def make_webhook(
        region: FromPath[str], data: JSONBody[WebhookBody]
    ) -> Response[WebhookSecretView]:
        """Have the region's facts sent to an address; the secret is told this once."""
        after = None if data.after is None else place_of(data.after, region)
        made = await following.webhooks.make(region, data.url, data.types, after)
        return _secret(made, 201)

    @post(WEBHOOK + "/secret", status_code=200, **SHARED)
    async def rotate_secret(
        region: FromPath[str], webhook_id: FromPath[str]
    ) -> Response[WebhookSecretView]:
        """Give the webhook a new secret; for a day the former one signs as well."""
        return _secret(await following.webhooks.rotate(region, webhook_id), 200)

    return [make_webhook, rotate_secret]


def _asking(following: Following) -> Sequence[ControllerRouterHandler]:
    @get(WEBHOOKS, **SHARED)
    async def list_webhooks(region: FromPath[str]) -> Response[tuple[WebhookView, ...]]:
        """The region's webhooks, oldest first, each with how far it has come."""
        found = await following.webhooks.all(region)
        return Response(tuple(map(_view, found)), headers=OWN)

    @get(WEBHOOK, **SHARED)
    async def read_webhook(
        region: FromPath[str], webhook_id: FromPath[str]
    ) -> Response[WebhookView]:
        """One webhook: how far it has come, what failed last, and when it is tried again."""
        return _answer(await following.webhooks.one(region, webhook_id))

    return [list_webhooks, read_webhook]


def _turning(following: Following) -> Sequence[ControllerRouterHandler]:
    @post(WEBHOOK + "/pause", status_code=200, **SHARED)
    async def pause_webhook(
        region: FromPath[str], webhook_id: FromPath[str]
    ) -> Response[WebhookView]:
        """Send nothing for now; nothing is lost."""
        return _answer(await following.webhooks.pause(region, webhook_id))

    @post(WEBHOOK + "/resume", status_code=200, **SHARED)
    async def resume_webhook(
        region: FromPath[str], webhook_id: FromPath[str]
    ) -> Response[WebhookView]:
        """Go on after a pause or a suspension, with the first fact that was not taken."""
        return _answer(await following.webhooks.resume(region, webhook_id))

    @delete(WEBHOOK, **SHARED)
    async def forget_webhook(region: FromPath[str], webhook_id: FromPath[str]) -> None:
        """Send nothing more, and forget the secrets."""
        await following.webhooks.forget(region, webhook_id)

    return [pause_webhook, resume_webhook, forget_webhook]


def _repeating(following: Following) -> Sequence[ControllerRouterHandler]:
    @post(WEBHOOK + "/replay", status_code=200, **SHARED)
    async def replay_webhook(
        region: FromPath[str],
        webhook_id: FromPath[str],
        after: After,
    ) -> Response[WebhookView]:
        """Send again what stands behind a cursor, each fact under the id it had before."""
        place = place_of(after, region)
        return _answer(await following.webhooks.replay(region, webhook_id, place))

    return [replay_webhook]


def _answer(webhook: Webhook) -> Response[WebhookView]:
    return Response(_view(webhook), headers=OWN)


def _secret(webhook: Webhook, status_code: int) -> Response[WebhookSecretView]:
    told = WebhookSecretView(webhook=_view(webhook), secret=signature.spelt(webhook.secret))
    return Response(told, status_code=status_code, headers=OWN)


def _view(webhook: Webhook) -> WebhookView:
    waits = webhook.state == "active" and webhook.failures > 0
    former = webhook.former_until
    return WebhookView(
        region=webhook.tenant,
        id=webhook.id,
        url=webhook.url,
        types=tuple(webhook.topics),
        state=webhook.state,
        delivered=cursor.spelt(webhook.place),
        delivered_at=webhook.delivered_at,
        failures=webhook.failures,
        failing_since=webhook.failing_since,
        last_error=webhook.last_error,
        next_attempt_at=webhook.next_attempt_at if waits else None,
        former_secret_until=former if former is not None and former > clock.now() else None,
        created_at=webhook.created_at,
    )
