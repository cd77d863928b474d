"""The OpenAPI document as strangers read it: what the routes say, completed by what surrounds them.

The framework describes each route alone. What the gate, the limits and the failures answer beside
it, how names are spelt, and real examples are added here, for all operations in the same way.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from shared.io.gate import SAFE, Rule
from shared.io.problems import PROBLEM
from shared.kernel import names

Document = dict[str, Any]

# `region` stands for the region's own rows where an innovation's id would.
_NAME = {
    "type": "string",
    "pattern": "^[a-z0-9][a-z0-9-]{0,63}$",
    "not": {"const": names.REGION},
}
_CODE = {"type": "string", "pattern": "^[^\\u0000/]{1,60}$", "example": "SID-REGULASI"}
# How what stands in addresses is spelt; anything else is answered 404 or 422.
SPELT: Mapping[str, Mapping[str, Any]] = {
    "region": {"type": "string", "pattern": "^[0-9]{2}(\\.[0-9]{2})?$", "example": "63.10"},
    "tenant": {"type": "string", "pattern": "^[0-9]{2}(\\.[0-9]{2})?$", "example": "63.10"},
    "province": {"type": "string", "pattern": "^[0-9]{2}$", "example": "63"},
    "year": {"type": "integer", "minimum": 1000, "maximum": 9999, "example": 2026},
    "innovation_id": {**_NAME, "example": "si-tapis"},
    "innovation": {**_NAME, "example": "si-tapis"},
    "agency_id": {**_NAME, "example": "dinkes"},
    "step_id": {**_NAME, "example": "satu"},
    "branch_id": {**_NAME, "example": "rencana"},
    "branch": {**_NAME, "example": "rencana"},
    "code": _CODE,
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "whose": {"type": "string", "pattern": "^(all|[0-9]{2}(\\.[0-9]{2})?)$", "example": "all"},
    "finding_id": {"type": "string", "pattern": "^[0-9a-f]{16}$", "example": "0a1b2c3d4e5f6071"},
    "seq": {"type": "integer", "example": 1},
    "rule_set": {"type": "string", "example": "2026.1"},
    "reason": {"type": "string", "pattern": "^[a-z_]+\\.[a-z_]+$", "example": "rate.exceeded"},
}
# What each number means here; the routes' own words stand where they have some.
MEANT: Mapping[int, str] = {
    400: "The request cannot be read: its body, a parameter or a header is malformed.",
    401: "No key was shown, or one that is unknown, revoked or outlived.",
    403: "The key's role may not do this.",
    404: "There is no such thing, or the key does not reach it: both are told alike.",
    408: "The body did not arrive in time.",
    409: "The state does not allow it, or somebody else was quicker.",
    412: "If-Match names another version than the present one.",
    413: "The body is too large.",
    415: "The body has a type that is not taken here.",
    416: "The range lies outside the file.",
    422: "What was asked makes no sense here; `detail` says why.",
    428: "If-Match is needed here.",
    429: "Too many requests: come back after Retry-After seconds.",
    500: "A fault of ours, with the number it is logged under.",
    503: "Not now: come back after Retry-After seconds.",
}
HEADERS: Mapping[str, Mapping[str, Any]] = {
    "RetryAfter": {
        "description": "Seconds to wait before asking again",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$", "example": "2"},
    },
    "RateLimit": {
        "description": "What is left: class of requests, how many (r), seconds until full (t)",
        "schema": {"type": "string", "pattern": '^"[a-z_]+";r=[0-9]+;t=[0-9]+$'},
    },
    "RateLimitPolicy": {
        "description": "The allowance: class of requests, how many at once (q), in seconds (w)",
        "schema": {"type": "string", "pattern": '^"[a-z_]+";q=[0-9]+;w=[0-9]+$'},
    },
    "Challenge": {
        "description": "What would tell who is asking",
        "required": True,
        "schema": {"type": "string"},
    },
    "Explained": {
        "description": "Where the problem's reason is explained, as rel=help",
        "required": True,
        "schema": {"type": "string"},
    },
}
_LIMITED = {"RateLimit": "RateLimit", "RateLimit-Policy": "RateLimitPolicy"}
_BESIDE: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Challenge"},
    429: {"Retry-After": "RetryAfter"},
    503: {"Retry-After": "RetryAfter"},
}
_PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}
# Only who writes or sends a body is answered so.
_OF_WRITERS = {408, 409, 412, 413, 415, 428}
_OF_BODIES = {400, 408, 413, 415, 422}
_RECORDED = {"201": "Recorded.", "200": "It was already true, or had been answered before."}
_METHODS = ("get", "head", "post", "put", "patch", "delete")
_LITERAL_UNDER = re.compile(r"^/v1/(?:[a-z-]+/\{\w+\}/)?(?:seasons/\{year\}/)?([a-z-]+)")


class Described(Struct, frozen=True, kw_only=True):
    """What a service adds of its own: who may call what, examples by schema or operation, and
    where one goes on from an operation, by operationId.

    `bodies` and `answers` are those the framework does not see, by operationId: media types of
    raw bytes. What is `repeated` answers 200 when it is said again, without a key to know it by.
    """

    access: Mapping[str, Rule] = {}
    examples: Mapping[str, Any] = {}
    links: Mapping[str, Mapping[str, Any]] = {}
    bodies: Mapping[str, tuple[str, ...]] = {}
    answers: Mapping[str, tuple[str, ...]] = {}
    repeated: tuple[str, ...] = ()


def complete(document: Document, described: Described) -> Document:
    """The document with everything said; the given one is changed."""
    for _, _, operation in operations(document):
        operation["operationId"] = _snake(operation["summary"])
    _tell_apart(document)
    for method, path, operation in operations(document):
        rule = described.access.get(f"{method.upper()} {path}")
        _name(path, operation)
        _spell(method, operation)
        _add_body(operation, described)
        _add_responses(method, operation, rule)
        _add_answers(operation, described)
        _add_repeated(operation, described)
        _add_links(operation, described)
    _add_components(document, described)
    _drop_anything(document["components"]["schemas"])
    return document


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Every operation with its method and path."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield method, path, item[method]


def _tell_apart(document: Document) -> None:
    """Routes that share a function differ by whose they are, or by the method."""
    seen: dict[str, Document] = {}
    for method, path, operation in sorted(operations(document), key=lambda each: len(each[1])):
        name = operation["operationId"]
        if name in seen:
            name += "_of_innovation" if "/innovations/{" in path else f"_{method}"
        assert name not in seen, f"{method} {path} needs a name of its own"
        operation["operationId"] = name
        seen[name] = operation


def _drop_anything(schema: Any) -> None:
    """The framework reads the dots of `tuple[X, ...]` as a second type, which takes anything."""
    if isinstance(schema, list):
        for each in schema:
            _drop_anything(each)
    if isinstance(schema, dict):
        items = schema.get("items")
        if isinstance(items, dict) and {} in items.get("oneOf", ()):
            kinds = [kind for kind in items["oneOf"] if kind != {}]
            schema["items"] = kinds[0] if len(kinds) == 1 else {"oneOf": kinds}
        for name, each in schema.items():
            if name != "examples":
                _drop_anything(each)


def _snake(camel: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", camel).lower()


def _name(path: str, operation: Document) -> None:
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
    found = _LITERAL_UNDER.match(path)
    operation["tags"] = [found.group(1) if found else "service"]


def _spell(method: str, operation: Document) -> None:
    for parameter in operation.get("parameters", []):
        kinds = [one for one in parameter["schema"].get("oneOf", []) if one.get("type") != "null"]
        if len(kinds) == 1:
            parameter["schema"] = kinds[0]
        if parameter["in"] == "path":
            spelt = dict(SPELT.get(parameter["name"], {}))
            if "example" in spelt:
                parameter["example"] = spelt.pop("example")
            parameter["schema"] |= spelt
        if parameter["name"] == "Idempotency-Key":
            parameter["required"] = method == "post"
            parameter["schema"] = {"type": "string", "pattern": "^[!-~]{1,128}$"}
            parameter["example"] = "laporan-2026-0001"


def _add_body(operation: Document, described: Described) -> None:
    kinds = described.bodies.get(operation["operationId"], ())
    if kinds:
        operation["requestBody"] = {"required": True, "content": _bytes(kinds)}
    for media in operation.get("requestBody", {}).get("content", {}).values():
        reference = str(media.get("schema", {}).get("$ref", "")).rpartition("/")[2]
        for name in (operation["operationId"], reference):
            if name in described.examples and "examples" not in media:
                media["examples"] = {name: {"value": described.examples[name]}}


def _bytes(kinds: tuple[str, ...]) -> Document:
    return {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}


def _expected(operation: Document, rule: Rule | None) -> set[int]:
    """The failures that what surrounds a route can answer."""
    expected = {401, 429, 500, 503}
    places = {parameter["in"] for parameter in operation.get("parameters", [])}
    if rule is not None and rule.roles:
        expected.add(403)
    if "path" in places:
        expected |= {404, 422}
    if places & {"query", "header"}:
        expected |= {400, 422}
    if "requestBody" in operation:
        expected |= _OF_BODIES
    return expected


def _add_responses(method: str, operation: Document, rule: Rule | None) -> None:
    responses: Document = operation["responses"]
    declared = {int(status) for status in responses}
    if method.upper() in SAFE:
        for unfit in declared & _OF_WRITERS:
            del responses[str(unfit)]
    for missing in _expected(operation, rule) - declared:
        responses[str(missing)] = {"content": {PROBLEM: {"schema": _PROBLEM_SCHEMA}}}
    for status, response in list(responses.items()):
        content = response.get("content", {})
        guessed = int(status) in MEANT and PROBLEM not in content
        if guessed or content.get(PROBLEM, {}).get("schema") == _PROBLEM_SCHEMA:
            responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
            continue
        if int(status) in MEANT and response.get("description") in ("", "Additional response"):
            response["description"] = MEANT[int(status)]
        response["headers"] = (response.get("headers") or {}) | _referenced(_LIMITED)


def _add_answers(operation: Document, described: Described) -> None:
    kinds = described.answers.get(operation["operationId"], ())
    for status, response in operation["responses"].items():
        if kinds and status.startswith("2"):
            response.setdefault("content", {}).update({kind: {"schema": {}} for kind in kinds})


def _add_repeated(operation: Document, described: Described) -> None:
    """What is recorded is answered 201; said again, or where all was already true, 200."""
    named = {parameter["name"] for parameter in operation.get("parameters", [])}
    responses: Document = operation["responses"]
    if "Idempotency-Key" not in named and operation["operationId"] not in described.repeated:
        return
    for status, other in (("200", "201"), ("201", "200")):
        if status in responses and other not in responses:
            responses[other] = {**responses[status], "description": _RECORDED[other]}
            responses[status] = {**responses[status], "description": _RECORDED[status]}


def _referenced(names: Mapping[str, str]) -> Document:
    return {name: {"$ref": f"#/components/headers/{kept}"} for name, kept in names.items()}


def _add_links(operation: Document, described: Described) -> None:
    links = described.links.get(operation["operationId"])
    for status, response in operation["responses"].items():
        if links and status in ("200", "201"):
            response["links"] = dict(links)


def _add_components(document: Document, described: Described) -> None:
    components = document["components"]
    components["headers"] = dict(HEADERS)
    components["responses"] = {
        f"Problem{status}": {
            "description": meant,
            "content": {PROBLEM: {"schema": _PROBLEM_SCHEMA}},
            "headers": _referenced({**_LIMITED, "Link": "Explained", **_BESIDE.get(status, {})}),
        }
        for status, meant in MEANT.items()
    }
    components["schemas"].setdefault("Problem", {})["description"] = (
        "RFC 9457. `type` and `title` name the reason for ever; `/v1/problems/{title}` explains it."
    )
    for name, example in described.examples.items():
        if name in components["schemas"]:
            components["schemas"][name]["examples"] = [example]
