"""A bundle's files as they are spelt: the same facts always give the same bytes.

The format is described in `deploy/verifier/README.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from services.projection.bundles.cutting import Cut
from services.projection.core import replay
from shared.kernel.heads import HeadLine
from shared.kernel.recorded import Stored
from shared.kernel.regions import Region

FORMAT = "jejak-inovasi/bundle/1"
MANIFEST = "manifest.json"
_ENCODER = msgspec.json.Encoder(order="deterministic")


def events(stored: Iterable[Stored], shown: frozenset[str]) -> bytes:
    """One line a fact; of a kind that is not shown, its leaf hash alone."""
    return b"".join(_ENCODER.encode(told(one, shown)) + b"\n" for one in stored)


def told(one: Stored, shown: frozenset[str]) -> dict[str, Any]:
    """One fact; of a kind that is not shown, its leaf hash alone."""
    if one.topic not in shown:
        return {"seq": one.seq, "withheld": one.leaf_hash.hex()}
    return {
        "seq": one.seq,
        "stream": one.stream,
        "version": one.version,
        "event_id": str(one.event_id),
        "topic": one.topic,
        "recorded_at": replay.moment(one.recorded_at),
        "meta": one.meta.decode(),
        "state": one.state.decode(),
    }


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
    cut: Cut,
    keys: Sequence[str],
    tenants: Mapping[str, HeadLine],
    scope: Sequence[str],
    digests: Mapping[str, str],
) -> bytes:
    """What the bundle is, and the SHA-256 of every other file in it."""
    return document(
        {
            "format": FORMAT,
            "made_at": replay.moment(cut.head.signed_at),
            "known_until": replay.moment(cut.known_until),
            "log": cut.head.origin.rpartition("/")[0],
            "keys": list(keys),
            "witnesses": [],
            "tenants": {
                code: {"epoch": line.epoch, "size": line.size, "root": line.root.hex()}
                for code, line in tenants.items()
            },
            "scope": list(scope),
            "files": dict(digests),
        }
    )
