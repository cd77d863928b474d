"""A stranger who has the published documents and a key, and nothing else of ours.

What the client below sends, it learnt from the document that the running service serves: addresses,
headers, bodies and where to go on. If it fails, the document tells too little.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from tests import papers
from tests.system import System
from tests.waiting import eventually

YEAR = 2026
REGION = "63.10"


class Stranger:
    """Calls operations by their ids; whatever is not given is taken from the document's examples.

    Nothing of `services` or `shared` is known here.
    """

    def __init__(self, http: httpx.Client, address: str, key: str = "") -> None:
        self.http = http
        self.address = address
        self.document: dict[str, Any] = http.get(address + "/openapi/openapi.json").json()
        self.key = key
        self.operations = {
            operation["operationId"]: (method, path, operation)
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
        }

    def call(self, name: str, body: Any = None, **given: str) -> httpx.Response:
        method, path, operation = self.operations[name]
        headers = {}
        for parameter in operation.get("parameters", []):
            if not parameter["required"]:
                continue
            value = given.get(parameter["name"], parameter.get("example"))
            assert value is not None, f"{name}: the document gives no {parameter['name']}"
            if parameter["in"] == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(value))
            else:
                headers[parameter["name"]] = f"{value}-{uuid.uuid4().hex}"
        if self.key and operation.get("security"):
            scheme = self.document["components"]["securitySchemes"]["key"]
            assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
            headers["Authorization"] = f"Bearer {self.key}"
        sent: dict[str, Any] = {}
        if "requestBody" in operation:
            kinds = operation["requestBody"]["content"]
            if "application/json" in kinds:
                sent["json"] = self.example(name) if body is None else body
            else:
                headers["Content-Type"] = next(iter(kinds))
                sent["content"] = body
        answer = self.http.request(method, self.address + path, headers=headers, **sent)
        assert str(answer.status_code) in operation["responses"], answer.text
        return answer

    def example(self, name: str) -> Any:
        content = self.operations[name][2]["requestBody"]["content"]["application/json"]
        return next(iter(content["examples"].values()))["value"]

    def follow(self, origin: str, answer: httpx.Response, link: str, **beside: str) -> "Step":
        """Where a link of the answer leads, with what its expressions say."""
        _, path, operation = self.operations[origin]
        told = operation["responses"][str(answer.status_code)]["links"][link]
        named = dict(zip(_parts(path), _parts(answer.request.url.path), strict=True))
        given = dict(beside)
        for name, expression in told["parameters"].items():
            if expression.startswith("$request.path."):
                given[name] = named[f"{{{expression.removeprefix('$request.path.')}}}"]
            else:
                pointer = expression.removeprefix("$response.body#/")
                given[name] = answer.json()[pointer]
        return Step(self, told["operationId"], given)


class Step:
    """An operation and the parameters a link gave it."""

    def __init__(self, stranger: Stranger, name: str, given: dict[str, str]) -> None:
        self.stranger = stranger
        self.name = name
        self.given = given

    def take(self, body: Any = None) -> httpx.Response:
        return self.stranger.call(self.name, body, **self.given)


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        yield system


async def test_a_stranger_reports_an_innovation_and_reads_the_rank(system: System) -> None:
    intake = Stranger(system.http, system.url("intake"), system.key(REGION, "region_admin"))
    place = {"region": REGION, "year": str(YEAR)}

    paper = papers.pdf("dari luar")
    fingerprint = hashlib.sha256(paper).hexdigest()
    kept = intake.call("upload_evidence", paper, region=REGION, sha256=fingerprint)
    assert kept.status_code in (200, 201), kept.text

    registered = intake.call("register_innovation", **place)
    assert registered.status_code == 201, registered.text

    claim = intake.follow("register_innovation", registered, "claim_level_of_innovation")
    body = intake.example("claim_level_of_innovation")
    body["evidence"][0]["sha256"] = fingerprint
    claimed = claim.take(body)
    assert claimed.status_code == 201, claimed.text

    check = intake.follow("register_innovation", registered, "check_innovation").take().json()
    assert check["errors"] == []
    submission = intake.example("submit_innovation")
    submission["statement"] = check["statement"]["code"]
    submission["explained"] = {one["key"]: "Sudah benar." for one in check["questions"]}
    sent = intake.follow("register_innovation", registered, "submit_innovation").take(submission)
    assert sent.status_code == 201, sent.text
    read = intake.follow("register_innovation", registered, "read_innovation").take().json()
    assert read["status"] == "submitted"

    projection = Stranger(system.http, system.url("projection"))

    def ranked() -> bool:
        told = projection.call("read_ranking", province="63", year=str(YEAR)).json()
        own = [row for row in told.get("rows", ()) if row["region"] == REGION]
        return bool(own and own[0]["rank"] == 1)

    await eventually(ranked)


def test_a_refusal_leads_to_its_explanation(system: System) -> None:
    intake = Stranger(system.http, system.url("intake"))
    refused = intake.call("list_innovations", region=REGION, year=str(YEAR))
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    title = refused.json()["title"]
    assert refused.links["help"]["url"] == f"/v1/problems/{title}"
    told = intake.call("read_problem", reason=title).json()
    assert told["type"] == refused.json()["type"]
    assert told["id"] == refused.json()["detail"]
    assert told["en"] != told["id"]


def test_a_refused_method_names_those_there_are(system: System) -> None:
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations"
    for method in ("DELETE", "OPTIONS"):
        answer = system.http.request(method, system.url("intake") + path)
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}, (
            method
        )


def test_null_is_no_number_in_an_address(system: System) -> None:
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/carry-over"
    assert system.get(path).status_code == 200
    for word in ("null", "Null"):
        answer = system.get(path, to=word)
        assert answer.status_code == 400, answer.text


def test_an_idempotency_key_is_spelt_as_the_document_says(system: System) -> None:
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations"
    for key in ("kunci\u00e9", "dua kata", "k" * 129):
        headers = {
            b"Authorization": f"Bearer {system.key(REGION, 'region_admin')}".encode(),
            b"Idempotency-Key": key.encode("latin-1"),
            b"Content-Type": b"application/json",
        }
        answer = system.http.post(system.url("intake") + path, content=b"{}", headers=headers)
        assert answer.json()["title"] == "idempotency.key_malformed", key
