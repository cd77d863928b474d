"""The schema of every kind of event describes what is stored of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.kernel import contracts, envelope
from shared.kernel.envelope import Range
from tests import examples

GOLDEN = Path(__file__).parent / "golden"
SERVICES = Path(__file__).parent.parent.parent / "services"


KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def broken(schema: dict[str, Any], told: Any, root: dict[str, Any], place: str) -> Iterator[str]:
    """Where what is told is not what the schema says; as much of the dialect as is used here."""
    if "$ref" in schema:
        part: Any = root
        for name in schema["$ref"].removeprefix("#/").split("/"):
            part = part[name]
        yield from broken(part, told, root, place)
        return
    for either in {"anyOf", "oneOf"} & set(schema):
        fits = [one for one in schema[either] if not list(broken(one, told, root, place))]
        if not fits or (either == "oneOf" and len(fits) > 1):
            yield f"{place}: {len(fits)} of {either} fit"
    if "enum" in schema and told not in schema["enum"]:
        yield f"{place}: {told!r}"
    kind = schema.get("type", "")
    if not isinstance(told, KINDS.get(kind, object)) or (kind == "null" and told is not None):
        yield f"{place}: no {kind}"
    else:
        yield from _broken_inside(schema, told, root, place)


def _broken_inside(
    schema: dict[str, Any], told: Any, root: dict[str, Any], place: str
) -> Iterator[str]:
    if isinstance(told, dict):
        missing = set(schema.get("required", ())) - set(told)
        yield from (f"{place}.{name}: missing" for name in missing)
        known = schema.get("properties", {})
        for name in set(known) & set(told):
            yield from broken(known[name], told[name], root, f"{place}.{name}")
    if isinstance(told, list):
        for number, value in enumerate(told):
            yield from broken(schema.get("items", {}), value, root, f"{place}[{number}]")


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_all_that_was_ever_stored_is_what_its_schema_says(path: Path) -> None:
    told = json.loads(path.read_bytes())
    schema = contracts.schema(told["type"])
    assert list(broken(schema, told, schema, "")) == []
    assert list(broken(schema, {**told, "type": "x"}, schema, ""))
    assert list(broken(schema, {"type": told["type"]}, schema, ""))
    if "~" not in path.stem:
        assert set(schema["properties"]) == set(told)


@pytest.mark.parametrize("topic", sorted(contracts.KINDS))
def test_schemas_name_themselves_and_say_what_they_are(topic: str) -> None:
    schema = contracts.schema(topic)
    assert schema["$id"] == f"urn:jejak-inovasi:event:{topic}"
    assert schema["description"]
    assert "additionalProperties" not in schema
    assert b"discriminator" not in msgspec.json.encode(schema)


@pytest.mark.parametrize(("service", "log"), [("intake", "evt"), ("scoring", "sco")])
def test_a_message_is_what_the_document_of_the_bus_says(service: str, log: str) -> None:
    document = json.loads((SERVICES / service / "asyncapi.json").read_bytes())
    drafts = [one for one in examples.EVENTS if (service == "scoring") == _is_score(one)]
    stored = [examples.stored(number, event=event) for number, event in enumerate(drafts, 1)]
    message = json.loads(envelope.pack(Range(log=log, tenant="63.10", epoch=1, events=stored)))
    described = document["components"]["messages"]["range"]
    assert list(broken(described["payload"], message, document, "")) == []
    assert described["name"] == message["type"]
    assert document["channels"]["log"]["address"].startswith(f"{log}.")
    message["data"]["events"][0]["state"]["type"] = "x"
    assert list(broken(described["payload"], message, document, ""))


def _is_score(event: Any) -> bool:
    return str(event.__struct_config__.tag).startswith("score.calculated")
