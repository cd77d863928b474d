"""Where the asking of the running services begins to follow links: an innovation that is taken.

A body drawn at random fits the schema and is no innovation of the year's form; so what begins a
chain is the document's own example, under a name that follows from its drawn key.
"""

from typing import Any

import schemathesis

BEGINS = "register_innovation"
PLACE = {"region": "63.11", "year": 2026}


def _begins(context: Any) -> bool:
    return bool(context.operation.definition.raw["operationId"] == BEGINS)


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    return dict(PLACE) if _begins(context) else path_parameters


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    if not _begins(context):
        return body
    content = context.operation.definition.raw["requestBody"]["content"]["application/json"]
    example = next(iter(content["examples"].values()))["value"]
    return {"profile": example["profile"]}
