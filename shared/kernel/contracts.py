"""What is promised to those who read our events: JSON Schema of every kind, AsyncAPI of a bus.

Both follow from the structs that are stored, so they cannot say anything else. Fields may be added
to a kind later, with a default: schemas are open, and readers pass over what they do not know.
"""

import inspect
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, get_args

import msgspec
from msgspec import Struct

from shared.kernel import envelope, names
from shared.kernel.recorded import Event, Meta

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI = "3.0.0"

KINDS: Mapping[str, Any] = MappingProxyType(
    {str(kind.__struct_config__.tag): kind for kind in get_args(Event)}
)


class Bus(Struct, frozen=True, kw_only=True):
    """What a service's bus document is made from.

    `stream` is what the service makes of the stream in JetStream, as that is told there.
    """

    title: str
    version: str
    prefix: str
    log: str
    kinds: Sequence[Any]
    stream: Mapping[str, Any]


def schema_id(topic: str) -> str:
    """The name of a kind's schema, the same wherever it is served from."""
    return f"urn:jejak-inovasi:event:{topic}"


def schema(topic: str) -> dict[str, Any]:
    """The JSON Schema of one kind of event."""
    told: dict[str, Any] = _plain(msgspec.json.schema(KINDS[topic]))
    own = told["$defs"].pop(told.pop("$ref").rpartition("/")[2])
    inner = {"$defs": told["$defs"]} if told["$defs"] else {}
    return {"$schema": DIALECT, "$id": schema_id(topic), **own, **inner}


def asyncapi(bus: Bus) -> dict[str, Any]:
    """The AsyncAPI document of a log on the bus: one channel, whose messages are ranges."""
    (payload, meta, *events), parts = msgspec.json.schema_components(
        [envelope.message_type(), Meta, *bus.kinds], ref_template="#/components/schemas/{name}"
    )
    schemas = {name.lstrip("_"): _plain(part) for name, part in parts.items()}
    carried = schemas["Carried"]["properties"]
    carried["state"] = {"oneOf": events, "discriminator": "type"}
    carried["meta"] = meta
    return {
        "asyncapi": ASYNCAPI,
        "info": {"title": bus.title, "version": bus.version, "description": _DESCRIPTION},
        "defaultContentType": envelope.CONTENT_TYPE,
        "channels": {"log": _channel(bus)},
        "operations": {
            "carry": {
                "action": "send",
                "channel": {"$ref": "#/channels/log"},
                "messages": [{"$ref": "#/channels/log/messages/range"}],
            }
        },
        "components": {"messages": {"range": _message(_plain(payload))}, "schemas": schemas},
    }


def document(bus: Bus) -> bytes:
    """The AsyncAPI document as it is kept beside the code: sorted, indented."""
    encoded = msgspec.json.encode(asyncapi(bus), order="sorted")
    return msgspec.json.format(encoded, indent=2) + b"\n"


_DESCRIPTION = (
    "A message is one contiguous range of one tenant's log, as a CloudEvent in structured JSON. "
    "The log in the database is the truth: a range may come again, late, or never; who misses a "
    "number reads the log. The leaf hash of each event is its leaf in the tenant's tree (RFC 6962)."
)


def _channel(bus: Bus) -> dict[str, Any]:
    partition = "CRC-32 of the tenant, modulo 16, in two digits"
    return {
        "address": f"{bus.prefix}.{{partition}}.{{tenant}}",
        "title": f"The log of {bus.log}",
        "parameters": {
            "partition": {
                "description": partition,
                "enum": [f"{number:02d}" for number in range(names.PARTITIONS)],
            },
            "tenant": {"description": "The tenant's code, with a hyphen for the dot: `63-10`"},
        },
        "messages": {"range": {"$ref": "#/components/messages/range"}},
        "bindings": {"nats": {}},
        "x-jetstream": dict(bus.stream),
    }


def _message(payload: Any) -> dict[str, Any]:
    header = {"type": "string", "description": "The `id` of the message: a repeat is dropped"}
    return {
        "name": envelope.TYPE,
        "title": "A range of a log",
        "contentType": envelope.CONTENT_TYPE,
        "headers": {"type": "object", "properties": {"Nats-Msg-Id": header}},
        "payload": payload,
    }


def _plain(part: Any) -> Any:
    """As any reader of JSON Schema takes it.

    Without underscores before the names of structs that stay in their file, without the indents of
    docstrings, and without OpenAPI's objects that say how to tell kinds apart: `type` does.
    """
    match part:
        case dict():
            kept = {key: _plain(value) for key, value in part.items() if key != "discriminator"}
            if isinstance(kept.get("title"), str):
                kept["title"] = kept["title"].lstrip("_")
            if isinstance(kept.get("description"), str):
                kept["description"] = inspect.cleandoc(kept["description"])
            return kept
        case list():
            return [_plain(value) for value in part]
        case str() if part.startswith("#/components/schemas/_"):
            return part.replace("/_", "/")
        case _:
            return part
