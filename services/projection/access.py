"""Who may see what: most is for everybody; plans, verifiers' and coaches' work are for some."""

from collections.abc import Mapping
from typing import Any

from services.projection.web.ranking import ERRORS
from shared.io import documented, http
from shared.io.gate import Kind, Rule
from shared.io.identity import Role

# What only some keys are shown, no cache in between keeps.
OWN = {"Cache-Control": "private, no-cache"}
# What is told more fully to those who show a key is kept for nobody else.
VARIED = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
KEYED: Mapping[str, Any] = {
    "responses": ERRORS | http.problems(401, 403),
    "security": [{"key": []}],
}

PLANNERS: tuple[Role, ...] = ("region_admin",)
VERIFYING: tuple[Role, ...] = ("verifier", "coordinator", "ministry", "auditor")
COACHES: tuple[Role, ...] = ("coordinator", "ministry", "auditor")

_REGION = "/v1/regions/{region}/seasons/{year}"
_PROVINCE = "/v1/provinces/{province}/seasons/{year}"
_THREAD = "/indicators/{code}/thread"


def _rules(kind: Kind, roles: tuple[Role, ...], *routes: str) -> dict[str, Rule]:
    return {route: Rule(kind=kind, roles=roles) for route in routes}


TABLE: Mapping[str, Rule] = {
    # Quick, for everybody.
    **_rules(
        "read",
        (),
        "GET /",
        "GET /peringkat/{province}/{year}",
        "GET /ragam",
        "GET /static/{name}",
        "GET /periksa",
        "GET /periksa.py",
        "GET /tanda-terima/{region}/{seq}",
        *documented.ROUTES,
        "GET /openapi",
        "GET /openapi/openapi.json",
        "GET /openapi/{path}",
        "GET /v1/forms/{year}",
        "GET /v1/seasons",
        "GET /v1/seasons/{year}/calendar",
        "GET /v1/metadata",
        "GET /v1/checkpoints",
        "GET /v1/checkpoints/{whose}",
        "GET /v1/checkpoints/{whose}/inclusion",
        "GET /v1/checkpoints/{whose}/consistency",
        "GET /v1/regions",
        "GET /v1/regions/{region}",
        "GET /v1/provinces/{province}/regions",
        f"GET {_PROVINCE}/ranking",
        "GET /v1/regions/{region}/history",
        "GET /v1/regions/{region}/events/{seq}",
        "GET /v1/rule-sets",
        "GET /v1/rule-sets/{rule_set}",
        "GET /v1/rule-sets/{rule_set}/indicators/{code}/level",
        "GET /v1/rule-sets/{rule_set}/reading",
        "GET /v1/rule-sets/{rule_set}/score",
        "POST /v1/rule-sets/{rule_set}/score",
        "POST /v1/rule-sets/{rule_set}/explained-score",
    ),
    # Folded from logs on reading, for everybody.
    **_rules(
        "heavy",
        (),
        "GET /peringkat/{province}/{year}/rincian",
        "GET /peringkat/{province}/{year}/perubahan",
        "GET /peringkat/{province}/{year}/linimasa",
        "GET /peringkat/{province}/{year}/uji-aturan",
        "GET /daerah/{region}",
        "GET /daerah/{region}/{year}",
        "GET /daerah/{region}/{year}/asal-angka",
        "GET /v1/bundles/{whose}",
        "GET /v1/regions/{region}/events/{seq}/receipt",
        "GET /v1/regions/{region}/fingerprints/{sha256}",
        f"GET {_REGION}/agencies",
        f"GET {_REGION}/evidence",
        f"GET {_REGION}/carry-over",
        f"GET {_REGION}/difference",
        f"GET {_REGION}/explanation",
        f"GET {_REGION}/late",
        f"GET {_REGION}/movement",
        f"GET {_REGION}/next-steps",
        f"GET {_REGION}/replay",
        f"GET {_REGION}/rescored",
        f"GET {_REGION}/waterfall",
        f"POST {_REGION}/what-if",
        f"GET {_PROVINCE}/differences",
        f"GET {_PROVINCE}/late",
        f"GET {_PROVINCE}/next-steps",
        f"GET {_PROVINCE}/outlook",
        f"GET {_PROVINCE}/participation",
        f"GET {_PROVINCE}/certificate",
        f"GET {_PROVINCE}/certificate.pdf",
        f"GET {_PROVINCE}/replay",
        f"GET {_PROVINCE}/rescored",
        "GET /v1/seasons/{year}/rescored",
    ),
    # A region's own plans.
    **_rules("heavy", PLANNERS, f"GET {_REGION}/branches", f"GET {_REGION}/branches/{{branch}}"),
    # How verifiers and coaches work.
    **_rules(
        "heavy",
        ("region_admin", *VERIFYING),
        f"GET {_REGION}/verification-queue",
        f"GET {_REGION}/clarifications",
        f"GET {_REGION}/findings",
        f"GET {_REGION}{_THREAD}",
        f"GET {_REGION}/innovations/{{innovation}}{_THREAD}",
    ),
    **_rules(
        "heavy",
        VERIFYING,
        f"GET {_PROVINCE}/verification-queue",
        f"GET {_PROVINCE}/clarifications",
        f"GET {_PROVINCE}/findings",
    ),
    **_rules("heavy", ("region_admin", *COACHES), f"GET {_REGION}/coaching"),
    **_rules("heavy", COACHES, f"GET {_PROVINCE}/coaching"),
    # The service itself.
    **_rules("probe", (), "GET /healthz", "GET /readyz", "GET /metrics"),
}
