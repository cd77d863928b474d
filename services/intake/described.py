"""What intake's document says beside its routes: examples, where to go on, and bodies of bytes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from services.intake.access import TABLE
from shared.io.document import Described

_ENTRY = {"region": "$request.path.region", "year": "$request.path.year"}
_REGISTERED = {**_ENTRY, "innovation_id": "$response.body#/innovation"}
_SAME = {**_ENTRY, "innovation_id": "$request.path.innovation_id"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _link(operation: str, parameters: Mapping[str, str], why: str) -> Mapping[str, Any]:
    return {"operationId": operation, "parameters": parameters, "description": why}


_AFTER: Mapping[str, str] = {
    "read_innovation": "The innovation as it stands, with the version to revise.",
    "claim_level_of_innovation": "Claim the level of each of its indicators, with evidence.",
    "check_innovation": "What bars sending it, what is asked, and the statement to sign.",
    "submit_innovation": "Send it, with the statement's code and the questions explained.",
    "withdraw_innovation": "Take it back.",
}
_CHECKED = ("submit_innovation", "claim_level_of_innovation", "revise_innovation")

DESCRIBED = Described(
    access=TABLE,
    examples=msgspec.json.decode((Path(__file__).parent / "examples.json").read_bytes()),
    links={
        "register_innovation": {
            name: _link(name, _REGISTERED, why) for name, why in _AFTER.items()
        },
        "claim_level_of_innovation": {
            name: _link(name, _SAME, _AFTER[name])
            for name in ("check_innovation", "submit_innovation")
        },
        "check_innovation": {
            name: _link(name, _SAME, _AFTER.get(name, "Mend what the check found."))
            for name in _CHECKED
        },
        "submit_innovation": {
            "read_innovation": _link("read_innovation", _SAME, _AFTER["read_innovation"])
        },
    },
    answers={
        # As it was handed in, or the address of a video as it was told.
        "read_evidence": ("*/*",),
        "read_evidence_head": ("*/*",),
        "read_schema": ("application/schema+json",),
        "read_events": ("application/cloudevents-batch+json",),
    },
    repeated=("begin_upload",),
    bodies={
        "upload_evidence": ("application/pdf", "image/jpeg", "image/png", "video/mp4", _XLSX),
        "add_part": ("application/offset+octet-stream",),
        "take_workbook": (_XLSX,),
        "take_annex": (_XLSX,),
    },
)
