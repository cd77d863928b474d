"""What a failure says to the person who can act: an RFC 9457 problem with a sentence.

The sentences stand in `sentences.toml` by reason; the HTTP number follows from who must act next,
unless the reason has one of its own.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from shared.kernel.errors import Corrupt, Failure, Missing, Outrun, Refused, Unavailable

PROBLEM = "application/problem+json"

_STATUS_BY_KIND: Mapping[type[Failure], int] = {
    Refused: 422,
    Missing: 404,
    Outrun: 409,
    Unavailable: 503,
    Corrupt: 500,
}
_STATUS_BY_REASON: Mapping[str, int] = {
    "identity.missing": 401,
    "identity.unknown": 401,
    "token.refused": 401,
    "token.expired": 401,
    "oidc.other_issuer": 403,
    "role.not_allowed": 403,
    "form.foreign": 403,
    "form.outdated": 403,
    "grant.own": 403,
    "sign_in.not_a_person": 403,
    "sign_in.not_invited": 403,
    "role.not_national": 403,
    "role.not_below_yours": 403,
    "history.not_allowed": 403,
    "route.unknown": 404,
    "route.method_not_allowed": 405,
    "season.frozen": 409,
    "agency.closed": 409,
    "innovation.already_registered": 409,
    "upload.other_offset": 409,
    "body.malformed": 400,
    "parameter.malformed": 400,
    "idempotency.key_missing": 400,
    "idempotency.key_malformed": 400,
    "precondition.malformed": 400,
    "upload.offset_malformed": 400,
    "cursor.unknown": 400,
    "precondition.stale": 412,
    "body.too_slow": 408,
    "body.too_large": 413,
    "media.unsupported": 415,
    "evidence.range_not_satisfiable": 416,
    "precondition.missing": 428,
    "rate.exceeded": 429,
    "key.reads_only": 403,
    "key.role_not_yours": 403,
    "key.too_many_live": 409,
    "follower.too_many": 429,
    "note.signature_false": 403,
    "note.signer_unknown": 403,
    "witness.request_malformed": 400,
    "witness.size_reversed": 400,
    "witness.too_slow": 408,
}
# Whatever else is wrong with a signed note, it could not be read.
_STATUS_BY_NOUN: Mapping[str, int] = {"note": 400}
# Why a token is refused stands in the log: told to whoever shows it, it would help to forge one.
# That it ended is told, once its signature was good: its honest holder then knows what to do.
_OF_TOKENS = "token."


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457: `type` and `title` are stable, `detail` is the sentence, `facts` its numbers."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    facts: Mapping[str, str] = {}


@cache
def _sentences() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    path = Path(__file__).parent / "sentences.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def known_reasons() -> set[str]:
    """Every reason that has a sentence."""
    return {f"{noun}.{verb}" for noun, verbs in _sentences().items() for verb in verbs}


def type_of(reason: str) -> str:
    """A problem's stable name."""
    return f"urn:jejak-inovasi:problem:{reason}"


def explained(reason: str) -> str:
    """The Link header that leads to a reason's page."""
    return f'</v1/problems/{reason}>; rel="help"'


def sentences(reason: str) -> Mapping[str, str] | None:
    """The reason's sentences by language, their facts in braces; None where there is no such."""
    noun, _, verb = reason.partition(".")
    return _sentences().get(noun, {}).get(verb)


def sentence(reason: str, language: str, facts: Mapping[str, object]) -> str:
    """What the reason says to a person; a reason without a sentence falls back to a plain one."""
    noun, _, verb = reason.partition(".")
    spoken = _sentences().get(noun, {}).get(verb)
    if spoken is None:
        spoken = _sentences()["internal"]["failed"]
        facts = {"request": reason}
    return spoken[language].format_map(_Facts(facts))


class _Facts(dict[str, object]):
    """Facts a sentence asks for; one that was not given shows as an ellipsis, never as an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def problem_of(failure: Failure, language: str, instance: str) -> Problem:
    """The problem a failure is shown as. Corrupt data is told to operators, not to callers."""
    if failure.reason.startswith(_OF_TOKENS) and failure.reason != "token.expired":
        failure = Refused("token.refused")
    by_kind = next(code for kind, code in _STATUS_BY_KIND.items() if isinstance(failure, kind))
    by_noun = _STATUS_BY_NOUN.get(failure.reason.partition(".")[0], by_kind)
    status = _STATUS_BY_REASON.get(failure.reason, by_noun)
    hidden = isinstance(failure, Corrupt | Unavailable)
    return Problem(
        type=type_of(failure.reason),
        title=failure.reason,
        status=status,
        detail=sentence(failure.reason, language, failure.facts),
        instance=instance,
        facts={} if hidden else {name: str(fact) for name, fact in failure.facts.items()},
    )
