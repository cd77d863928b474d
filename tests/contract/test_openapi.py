"""The interface's documents are kept beside the code and say what the code does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
SERVICES = ("intake", "projection")


def _kept(service: str) -> bytes:
    return (ROOT / "services" / service / "openapi.json").read_bytes()


def _document(service: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_kept(service))
    return document


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
def test_documents_are_openapi_3_1_and_every_error_is_a_problem(service: str) -> None:
    document = _document(service)
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation.get("responses", {}).items():
                if status.startswith(("4", "5")):
                    kinds = set(response["content"])
                    assert kinds == {"application/problem+json"}, (path, method, status)


def test_bodies_are_closed_to_unknown_fields() -> None:
    schemas = _document("intake")["components"]["schemas"]
    bodies = {name: schema for name, schema in schemas.items() if name.endswith("Body")}
    assert len(bodies) > 8
    assert all(schema["additionalProperties"] is False for schema in bodies.values())


def test_all_but_what_events_look_like_needs_a_key() -> None:
    for path, operations in _document("intake")["paths"].items():
        if path.startswith("/v1/events/schemas"):
            assert set(operations) == {"get"}
            continue
        for method, operation in operations.items():
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
