"""The environment, read once: one frozen struct per program, no default for a secret.

`NAME_FILE` may name a file that holds the value, for secrets mounted as files.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from shared.io import unreadable
from shared.kernel import origins
from shared.kernel.errors import Refused

T = TypeVar("T", bound=Struct)

# What is said instead of a seed where the bus is deliberately entered without one.
WITHOUT_SEED = "none"

# The secret half of a NATS user's key. Its absence is refused: nobody goes without by accident.
Seed = Annotated[str, Meta(pattern=rf"^(SU[A-Z2-7]{{56}}|{WITHOUT_SEED})$")]


class Listening(Struct, frozen=True, kw_only=True):
    """What every program that answers over HTTP is told: where its own door is."""

    listen_host: str = "127.0.0.1"
    listen_port: int = 0
    log_style: str = "json"
    # Whose word is taken for a caller's address: the proxies in front, separated by commas.
    trusted_proxies: str = ""


class Service(Listening, frozen=True, kw_only=True):
    """What every service is told besides: where the database and the bus are."""

    database_url: str
    nats_url: str
    nats_seed: Seed
    # What each caller may ask of the service, as a multiple of the usual: see `gate.limits`.
    allowance: Annotated[float, Meta(gt=0, le=1000)] = 1.0
    # Where browsers reach the pages to read and those to record; empty is one host for both.
    reading_site: str = ""
    recording_site: str = ""


class Streams(Struct, frozen=True, kw_only=True):
    """Whoever keeps the streams needs the bus alone, and the administrator's seed."""

    nats_url: str
    nats_seed: Seed
    log_style: str = "json"


class Intake(Service, frozen=True, kw_only=True):
    """Intake also keeps evidence bytes: a `file://` or `s3://` address.

    `people_key` seals what is kept of people: 32 random bytes as base64, never changed, and kept
    apart from the database. `webhook_loopback` is for development alone: webhooks may then be sent
    to this very machine.

    `log_key` signs what was recorded, under `log_name`: 32 random bytes as base64. What is signed
    is also kept at `checkpoints_url`, a second place out of the database's reach. Where the key was
    replaced, `log_former_keys` are the verifier keys before it. `witnesses` are other bodies'
    programs: `address key`, separated by commas. Every `sign_seconds` what grew is signed.
    """

    evidence_url: str
    people_key: str
    log_name: str
    log_key: str
    checkpoints_url: str
    log_former_keys: str = ""
    witnesses: str = ""
    sign_seconds: Annotated[float, Meta(gt=0, le=3600)] = 2.0
    webhook_loopback: bool = False
    listen_port: int = 8401


class Scoring(Service, frozen=True, kw_only=True):
    """Scoring offers health and metrics only."""

    listen_port: int = 8402


class Projection(Service, frozen=True, kw_only=True):
    """Projection serves the pages and the read interface.

    `certificate_key` signs certificates of seasons: 32 random bytes as base64.
    """

    certificate_key: str
    listen_port: int = 8400


class Oidc(Struct, frozen=True, kw_only=True):
    """The identity provider of staff: its issuer exactly as it spells it, and what it knows us by.

    `oidc_audience` is the name of our interface in access tokens. `oidc_plain_jwt` takes access
    tokens of type `JWT` too, of providers older than RFC 9068. `oidc_loopback` is for development
    alone: the provider may then be on this very machine, without encryption. `oidc_callback` is our
    own address to which people come back (`…/masuk/oidc/kembali`); intake alone needs it.
    """

    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_audience: str
    oidc_callback: str = ""
    oidc_plain_jwt: bool = False
    oidc_loopback: bool = False


def read_oidc(environment: Mapping[str, str] | None = None) -> Oidc | None:
    """None where no provider is named; `Refused` where one is named in part."""
    given = os.environ if environment is None else environment
    named = [field.name for field in msgspec.structs.fields(Oidc) if field.required]
    if not any(_value(given, name.upper()) for name in named):
        return None
    found = read(Oidc, given)
    if not origins.is_issuer(found.oidc_issuer, loopback=found.oidc_loopback):
        raise Refused("config.unusable", why="OIDC_ISSUER: https")
    # An ID token, which says only who signed in, would else open the interface.
    if found.oidc_plain_jwt and found.oidc_audience == found.oidc_client_id:
        raise Refused("config.unusable", why="OIDC_AUDIENCE: OIDC_CLIENT_ID")
    return found


def read(kind: type[T], environment: Mapping[str, str] | None = None) -> T:
    """The program's configuration; `Refused` names what is missing, or malformed."""
    given = os.environ if environment is None else environment
    found = {
        field: value for field in kind.__struct_fields__ if (value := _value(given, field.upper()))
    }
    missing = [
        field.name.upper()
        for field in msgspec.structs.fields(kind)
        if field.required and field.name not in found
    ]
    if missing:
        raise Refused("config.missing", names=", ".join(missing))
    try:
        return msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        message, _, field = str(error).partition(" - at `$.")
        why = unreadable.told(message, "id", field.rstrip("`").upper())
        raise Refused("config.unusable", why=why) from error


def _value(given: Mapping[str, str], name: str) -> str:
    path = given.get(f"{name}_FILE")
    if not path:
        return given.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("config.unusable", why=f"{name}_FILE: {path}") from error
