"""The interface's documents are kept beside the code and say what the code does."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from litestar.utils.sync import AsyncCallable

from services.intake import bodies as bodies_package
from services.intake.described import DESCRIBED
from shared.io.document import SPELT, operations
from shared.kernel import names

ROOT = Path(__file__).parent.parent.parent
SERVICES = ("intake", "projection")


def _kept(service: str) -> bytes:
    return (ROOT / "services" / service / "openapi.json").read_bytes()


def _document(service: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_kept(service))
    return document


def _followed(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    name = response.get("$ref", "").rpartition("/")[2]
    followed: dict[str, Any] = document["components"]["responses"][name] if name else response
    return followed


@pytest.mark.parametrize("service", SERVICES)
def test_the_kept_document_is_what_the_service_serves(service: str) -> None:
    """If this is red the interface changed: look at the difference, then run `make openapi`."""
    printed = subprocess.run(
        [sys.executable, "-m", f"services.{service}", "--openapi"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert printed.stdout == _kept(service)


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_is_looked_at_in_a_thread(service: str) -> None:
    """A guard that is no coroutine would be run in one, and every request would wait for it."""
    app = importlib.import_module(f"services.{service}.__main__").described()
    guards = [
        guard
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for guard in handler.resolve_guards()
    ]
    assert len(guards) > 20
    assert [guard for guard in guards if isinstance(guard, AsyncCallable)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_documents_are_openapi_3_1_and_every_error_is_a_problem(service: str) -> None:
    document = _document(service)
    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status, response in operation.get("responses", {}).items():
                if status.startswith(("4", "5")):
                    kinds = set(_followed(document, response)["content"])
                    assert kinds == {"application/problem+json"}, (path, method, status)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_how_it_may_fail(service: str) -> None:
    document = _document(service)
    for method, path, operation in operations(document):
        responses = operation["responses"]
        assert {"401", "429", "500", "503"} <= set(responses), (method, path)
        if operation.get("security"):
            assert "403" in responses, (method, path)
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= set(responses), (method, path)
        for status in ("429", "503"):
            headers = _followed(document, responses[status])["headers"]
            assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= set(headers)


@pytest.mark.parametrize("service", SERVICES)
def test_operations_have_names_of_their_own(service: str) -> None:
    told = [operation["operationId"] for _, _, operation in operations(_document(service))]
    assert len(told) == len(set(told)) > 20


@pytest.mark.parametrize("service", SERVICES)
def test_every_json_body_has_an_example(service: str) -> None:
    for method, path, operation in operations(_document(service)):
        json_body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        assert json_body is None or json_body.get("examples"), (method, path)


# Answers whose shape says more than an example would.
SHOWN_BY_SHAPE = {"BranchView", "BranchesView", "WorkbookView", "ResultsView", "AnnexView"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_json_answer_has_an_example(service: str) -> None:
    document = _document(service)
    schemas, named = document["components"]["schemas"], set()
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            told = response.get("content", {}).get("application/json", {}) if status < "3" else {}
            named.add(told.get("schema", {}).get("$ref", "").rpartition("/")[2])
    named -= {"", *SHOWN_BY_SHAPE}
    assert len(named) > 20
    assert [name for name in sorted(named) if not schemas[name].get("examples")] == []


@pytest.mark.parametrize("service", SERVICES)
def test_examples_are_what_the_document_says(service: str) -> None:
    document = _document(service)
    looked_at = 0
    for name, schema in document["components"]["schemas"].items():
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        for shown in schema.get("examples", []):
            jsonschema_rs.validator_for(whole).validate(shown)
            looked_at += 1
    assert looked_at


def test_examples_are_what_the_decoder_takes() -> None:
    """Each is decoded by the very type whose name it stands under."""
    bodies = _bodies()
    for name, shown in DESCRIBED.examples.items():
        if name.endswith("View"):
            continue
        decoded: object = msgspec.convert(shown, bodies[name])
        assert isinstance(decoded, bodies[name])


def test_links_lead_to_operations_and_name_their_parameters() -> None:
    document = _document("intake")
    known = {operation["operationId"]: operation for _, _, operation in operations(document)}
    followed = 0
    for operation in known.values():
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                target = known[link["operationId"]]
                needed = {p["name"] for p in target["parameters"] if p["in"] == "path"}
                given = set(link["parameters"])
                assert needed - given <= {"code"}
                assert given <= needed
                followed += 1
    assert followed > 8


@example(text="a" * 64)
@example(text="a" * 65)
@example(text="63.10")
@example(text="63.101")
@example(text="63.10\n")
@example(text="region")
@given(text=st.one_of(st.text(max_size=70), st.from_regex(r"[a-z0-9-]{0,66}", fullmatch=True)))
def test_names_are_spelt_in_the_document_as_they_are_read(text: str) -> None:
    for name, is_so in (("innovation_id", names.is_innovation), ("region", names.is_tenant)):
        told = re.compile(SPELT[name]["pattern"].removesuffix("$") + r"\Z")
        reserved = SPELT[name].get("not", {}).get("const")
        assert (bool(told.match(text)) and text != reserved) == is_so(text)


def _bodies() -> dict[str, type]:
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(bodies_package.__path__):
        loaded = importlib.import_module(f"{bodies_package.__name__}.{module.name}")
        found |= {name: kind for name, kind in vars(loaded).items() if name.endswith("Body")}
    return found


def test_bodies_are_closed_to_unknown_fields() -> None:
    schemas = _document("intake")["components"]["schemas"]
    bodies = {name: schema for name, schema in schemas.items() if name.endswith("Body")}
    assert len(bodies) > 8
    assert all(schema["additionalProperties"] is False for schema in bodies.values())


def test_all_but_what_events_look_like_needs_a_key() -> None:
    for path, item in _document("intake")["paths"].items():
        if path.startswith(("/v1/events/schemas", "/v1/problems")):
            assert set(item) == {"get"}
            continue
        for method, operation in item.items():
            assert operation.get("security") == [{"key": []}], (path, method)


@pytest.mark.parametrize("service", ["intake", "scoring"])
def test_the_kept_document_of_the_bus_is_what_the_service_says(service: str) -> None:
    """If this is red what is carried changed: look at the difference, then run `make openapi`."""
    printed = subprocess.run(
        [sys.executable, "-m", f"services.{service}", "--asyncapi"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert printed.stdout == (ROOT / "services" / service / "asyncapi.json").read_bytes()
