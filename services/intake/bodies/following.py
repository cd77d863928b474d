"""What is sent and told of following a log: pages of facts, and webhooks."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

TOPICS_MAX = 100


class FactEventView(Struct, frozen=True, kw_only=True):
    """One fact as a CloudEvent 1.0 in structured JSON.

    `type` is the kind of fact, `subject` its stream, `time` when it was recorded, `data` the fact
    itself as `dataschema` describes it. `jejakactor` is a key's pseudonymous id;
    `jejakoccurredat` is there where an earlier moment was stated. Numbers (`jejakseq`) rise, with
    holes where something is not for this key.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    dataschema: str
    jejakseq: int
    jejakactor: str
    jejakrole: str
    data: dict[str, Any]
    jejakoccurredat: datetime | None = None


class FactEventsView(Struct, frozen=True, kw_only=True):
    """Facts in the order of the log; go on with `next`, at once where there is `more`."""

    events: tuple[FactEventView, ...]
    next: str
    more: bool


class SchemasView(Struct, frozen=True, kw_only=True):
    """Every kind of event with the address of its JSON Schema."""

    schemas: dict[str, str]


class WebhookBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to send facts: to `url`, of the kinds named by `types` (without: all).

    It begins behind the cursor `after` (empty: with the first fact; without: from now on).
    """

    url: Annotated[str, Meta(description="Alamat https dengan nama host publik")]
    types: Annotated[tuple[str, ...], Meta(max_length=TOPICS_MAX)] = ()
    after: str | None = None


class WebhookView(Struct, frozen=True, kw_only=True):
    """A webhook and how far it has come; its secret is told only where it is made.

    `state` is `active`, `paused`, or `suspended` after three days without success. `delivered` is
    the cursor up to which all was taken or passed over. `last_error` is `status.` and the status of
    the answer, `timeout`, `unreachable`, `address.refused`, `cursor.unknown` or `interrupted`; it
    is empty while all goes well, and then there is no `next_attempt_at` to wait for.
    """

    region: str
    id: str
    url: str
    types: tuple[str, ...]
    state: str
    delivered: str
    delivered_at: datetime | None
    failures: int
    failing_since: datetime | None
    last_error: str
    next_attempt_at: datetime | None
    former_secret_until: datetime | None
    created_at: datetime


class WebhookSecretView(Struct, frozen=True, kw_only=True):
    """A webhook and its new secret, which is never told again.

    Deliveries are signed as Standard Webhooks says: HMAC-SHA256 with the bytes that `secret` spells
    behind `whsec_` in base64, over `webhook-id.webhook-timestamp.body`.
    """

    webhook: WebhookView
    secret: str
