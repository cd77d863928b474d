"""A bundle's files as they are spelt: the same facts always give the same bytes.

The format is described in `deploy/verifier/README.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from shared.kernel.heads import HeadLine
from shared.kernel.recorded import Stored
from shared.kernel.regions import Region

FORMAT = "jejak-inovasi/bundle/1"
_ENCODER = msgspec.json.Encoder(order="deterministic")


def moment(when: datetime) -> str:
    """A moment as bundles spell it: UTC, to the microsecond."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def events(stored: Iterable[Stored], shown: frozenset[str]) -> bytes:
    """One line a fact; of a kind that is not shown, its leaf hash alone."""
    return b"".join(_line(one, shown) for one in stored)


def _line(one: Stored, shown: frozenset[str]) -> bytes:
    if one.topic not in shown:
        return _ENCODER.encode({"seq": one.seq, "withheld": one.leaf_hash.hex()}) + b"\n"
    told = {
        "seq": one.seq,
        "stream": one.stream,
        "version": one.version,
        "event_id": str(one.event_id),
        "topic": one.topic,
        "recorded_at": moment(one.recorded_at),
        "meta": one.meta.decode(),
        "state": one.state.decode(),
    }
    return _ENCODER.encode(told) + b"\n"


def heads(lines: Iterable[HeadLine]) -> bytes:
    """The log of heads, a line each."""
    return b"".join(
        _ENCODER.encode(
            {
                "index": line.place,
                "tenant": line.tenant,
                "epoch": line.epoch,
                "size": line.size,
                "root": line.root.hex(),
            }
        )
        + b"\n"
        for line in lines
    )


def regions(known: Iterable[Region]) -> bytes:
    """Who may be ranked."""
    return document(
        {
            each.code: {
                "name": each.name,
                "kind": each.kind,
                "province": each.province,
                "subject": each.subject,
            }
            for each in known
        }
    )


def document(told: Mapping[str, Any]) -> bytes:
    """A JSON file."""
    return _ENCODER.encode(told) + b"\n"


def manifest(
    *,
    made_at: str,
    log: str,
    keys: Sequence[str],
    witnesses: Sequence[str],
    tenants: Mapping[str, HeadLine],
    scope: Sequence[str],
    files: Mapping[str, bytes],
) -> bytes:
    """What the bundle is, and the digest of every other file in it."""
    return document(
        {
            "format": FORMAT,
            "made_at": made_at,
            "log": log,
            "keys": list(keys),
            "witnesses": list(witnesses),
            "tenants": {
                code: {"epoch": line.epoch, "size": line.size, "root": line.root.hex()}
                for code, line in tenants.items()
            },
            "scope": list(scope),
            "files": {name: sha256(content).hexdigest() for name, content in files.items()},
        }
    )
