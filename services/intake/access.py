"""Who may call which route of intake.

An operator reports what one agency of a region does, the region's administrator speaks for the
region, a verifier judges, the ministry keeps seasons and results; a coordinator coaches, and an
auditor only reads. It holds for keys, signed-in people and an identity provider's tokens alike.
"""

from collections.abc import Mapping

from shared.io import documented
from shared.io.gate import Kind, Rule
from shared.io.identity import Role

OWN: tuple[Role, ...] = ("region_admin",)
# An operator's are the agency's own alone: see `core/operating.py`.
REPORTING: tuple[Role, ...] = ("operator", "region_admin")
VERIFIER: tuple[Role, ...] = ("verifier",)
ABOVE: tuple[Role, ...] = ("verifier", "ministry")
MINISTRY: tuple[Role, ...] = ("ministry",)
COACHES: tuple[Role, ...] = ("region_admin", "coordinator", "ministry")
READERS: tuple[Role, ...] = ("region_admin", "verifier", "coordinator", "auditor")
EVERY_KEY: tuple[Role, ...] = (*READERS, "ministry")
EVERYBODY: tuple[Role, ...] = ("operator", *EVERY_KEY)

_SEASON = "/v1/seasons/{year}"
_REGION = "/v1/regions/{region}"
_ENTRY = _REGION + "/seasons/{year}"
_WEBHOOKS = _REGION + "/webhooks"
_KEYS = "/v1/tenants/{tenant}/keys"
_PEOPLE = "/v1/tenants/{tenant}/people"
_INNOVATION = _ENTRY + "/innovations/{innovation_id}"


def _rules(kind: Kind, roles: tuple[Role, ...], *routes: str) -> dict[str, Rule]:
    return {route: Rule(kind=kind, roles=roles) for route in routes}


def _national(kind: Kind, *routes: str) -> dict[str, Rule]:
    return {route: Rule(kind=kind, roles=MINISTRY, national=True) for route in routes}


def _of_both(path: str) -> tuple[str, str]:
    """An indicator's address, of the region's own rows and of an innovation's."""
    method, rest = path.split(" ")
    return (f"{method} {_ENTRY}{rest}", f"{method} {_INNOVATION}{rest}")


TABLE: Mapping[str, Rule] = {
    # Seasons, by letter.
    **_rules(
        "write",
        MINISTRY,
        f"PUT {_SEASON}",
        f"PUT {_SEASON}/calendar",
        f"POST {_SEASON}/extensions",
        f"POST {_SEASON}/closing",
        f"POST {_SEASON}/freeze",
        f"POST {_SEASON}/reopening",
    ),
    # What is decreed, by the ministry itself.
    **_national("write", f"PUT {_ENTRY}/result", f"PUT {_ENTRY}/scores/{{stage}}"),
    **_national(
        "heavy",
        f"POST {_SEASON}/results",
        f"GET {_SEASON}/results/workbook",
        f"POST {_SEASON}/results/workbook",
    ),
    # What a region says of itself.
    **_rules(
        "write",
        REPORTING,
        f"POST {_ENTRY}/innovations",
        f"PUT {_INNOVATION}",
        f"POST {_INNOVATION}/withdrawal",
        f"POST {_INNOVATION}/trial/reports",
        f"POST {_INNOVATION}/replications",
        f"PUT {_INNOVATION}/indicators/{{code}}/claim",
        f"POST {_INNOVATION}/indicators/{{code}}/clarification",
        f"POST {_REGION}/evidence/links",
        f"PUT {_REGION}/evidence/{{sha256}}",
        f"POST {_REGION}/uploads",
        f"PATCH {_REGION}/uploads/{{upload_id}}",
        f"DELETE {_REGION}/uploads/{{upload_id}}",
    ),
    **_rules(
        "write",
        OWN,
        f"POST {_INNOVATION}/submission",
        f"PUT {_INNOVATION}/trial",
        f"POST {_INNOVATION}/trial/decision",
        f"PUT {_ENTRY}/agencies/{{agency_id}}",
        f"POST {_ENTRY}/agencies/{{agency_id}}/closing",
        f"PUT {_ENTRY}/decree",
        f"PUT {_ENTRY}/indicators/{{code}}/claim",
        f"POST {_ENTRY}/indicators/{{code}}/clarification",
        f"PUT {_ENTRY}/branches/{{branch_id}}",
        f"POST {_ENTRY}/branches/{{branch_id}}/discarding",
    ),
    **_rules(
        "heavy",
        OWN,
        f"POST {_ENTRY}/claims",
        f"POST {_ENTRY}/carry-over",
        f"POST {_ENTRY}/workbook",
    ),
    **_rules(
        "read",
        REPORTING,
        f"GET {_REGION}/uploads/{{upload_id}}",
        f"HEAD {_REGION}/uploads/{{upload_id}}",
    ),
    **_rules("read", OWN, f"GET {_ENTRY}/branches/{{branch_id}}"),
    **_rules("write", ("region_admin", "ministry"), f"PUT {_REGION}/targets/{{year}}"),
    # Following a log: who reaches a region sees its facts, everybody with a key sees calendars.
    f"GET {_REGION}/events": Rule(kind="read", roles=EVERY_KEY, judges=True),
    f"GET {_REGION}/events/stream": Rule(kind="heavy", roles=EVERY_KEY, judges=True),
    **_rules("read", (), "GET /v1/events/schemas", "GET /v1/events/schemas/{topic}"),
    **_rules(
        "write",
        OWN,
        f"POST {_WEBHOOKS}",
        f"DELETE {_WEBHOOKS}/{{webhook_id}}",
        f"POST {_WEBHOOKS}/{{webhook_id}}/secret",
        f"POST {_WEBHOOKS}/{{webhook_id}}/pause",
        f"POST {_WEBHOOKS}/{{webhook_id}}/resume",
        f"POST {_WEBHOOKS}/{{webhook_id}}/replay",
    ),
    **_rules("read", OWN, f"GET {_WEBHOOKS}", f"GET {_WEBHOOKS}/{{webhook_id}}"),
    # Keys.
    **_rules(
        "write",
        ("region_admin", "ministry"),
        f"POST {_KEYS}",
        f"POST {_KEYS}/{{key_id}}/revocation",
    ),
    **_rules("read", ("region_admin", "ministry", "auditor"), f"GET {_KEYS}"),
    # People, and what each of them may do about themselves.
    **_rules(
        "write",
        ("region_admin", "ministry"),
        f"POST {_PEOPLE}",
        f"POST {_PEOPLE}/{{person_id}}/grants",
        f"POST {_PEOPLE}/{{person_id}}/grants/{{grant_id}}/withdrawal",
        f"POST {_PEOPLE}/{{person_id}}/invitation",
        f"POST {_PEOPLE}/{{person_id}}/erasure",
    ),
    **_rules("read", ("region_admin", "ministry"), f"GET {_PEOPLE}"),
    **_rules("read", EVERYBODY, "GET /v1/me"),
    "GET /akun": Rule(kind="read", roles=EVERYBODY, person=True),
    **{
        route: Rule(kind="write", roles=EVERYBODY, person=True)
        for route in ("POST /akun/sandi", "POST /akun/peran", "POST /akun/keluar-lain")
    },
    "POST /keluar": Rule(kind="write", roles=EVERYBODY, person=True),
    # Pages for whoever is not signed in yet.
    **_rules("read", (), "GET /", "GET /masuk", "GET /undangan", "GET /static/{name}"),
    **_rules("write", (), "GET /masuk/oidc", "GET /masuk/oidc/kembali", "POST /v1/oidc/logout"),
    **{route: Rule(kind="write", form=True) for route in ("POST /masuk", "POST /undangan")},
    # What coaches agree with agencies.
    **_rules(
        "write",
        COACHES,
        f"PUT {_ENTRY}/agencies/{{agency_id}}/coach",
        f"PUT {_ENTRY}/agencies/{{agency_id}}/steps/{{step_id}}",
        f"POST {_ENTRY}/agencies/{{agency_id}}/steps/{{step_id}}/closing",
    ),
    # What verifiers say.
    **_rules(
        "write",
        VERIFIER,
        *_of_both("POST /indicators/{code}/acceptance"),
        *_of_both("POST /indicators/{code}/return"),
        *_of_both("POST /indicators/{code}/review"),
        *_of_both("POST /indicators/{code}/clarification/answer"),
        f"POST {_INNOVATION}/rejection",
        f"POST {_INNOVATION}/reinstatement",
    ),
    **_rules("heavy", VERIFIER, f"POST {_ENTRY}/acceptances"),
    **_rules(
        "write",
        ABOVE,
        f"PUT {_ENTRY}/verifier",
        f"PUT {_INNOVATION}/verifier",
        f"POST {_ENTRY}/samples",
    ),
    # What is said of findings.
    **_rules("write", ABOVE, f"POST {_ENTRY}/findings/{{finding_id}}/dismissal"),
    # What is read back.
    **_rules("read", ("operator", *READERS), f"GET {_INNOVATION}/check"),
    **_rules(
        "read",
        READERS,
        f"GET {_REGION}/evidence/{{sha256}}",
        f"HEAD {_REGION}/evidence/{{sha256}}",
        f"GET {_REGION}/evidence/{{sha256}}/duplicates",
    ),
    **_rules(
        "read",
        EVERYBODY,
        f"GET {_ENTRY}/innovations",
        f"GET {_INNOVATION}",
    ),
    **_rules("read", EVERY_KEY, f"GET {_REGION}/receipts/{{number}}"),
    **_rules(
        "heavy",
        READERS,
        f"GET {_ENTRY}/workbook",
        f"GET {_ENTRY}/innovations.csv",
        f"GET {_ENTRY}/indicators.csv",
    ),
    # The service itself.
    **_rules("probe", (), "GET /healthz", "GET /readyz", "GET /metrics"),
    **_rules("read", (), *documented.ROUTES),
    **_rules("read", (), "GET /openapi", "GET /openapi/openapi.json", "GET /openapi/{path}"),
}
