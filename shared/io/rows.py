"""Rows of the log as parallel arrays, one per column: what both of its writers insert."""

from collections.abc import Sequence

from shared.kernel import merkle
from shared.kernel.appending import Head
from shared.kernel.recorded import Stored


def event_columns(events: Sequence[Stored]) -> dict[str, list[object]]:
    """Rows to insert as parallel arrays, one per column."""
    return {
        "tenants": [event.tenant for event in events],
        "seqs": [event.seq for event in events],
        "streams": [event.stream for event in events],
        "versions": [event.version for event in events],
        "event_ids": [event.event_id for event in events],
        "topics": [event.topic for event in events],
        "states": [event.state for event in events],
        "metas": [event.meta for event in events],
        "moments": [event.recorded_at for event in events],
        "leaf_hashes": [event.leaf_hash for event in events],
    }


def head_columns(heads: Sequence[Head]) -> dict[str, list[object]]:
    """Heads to move as parallel arrays, one per column."""
    return {
        "tenants": [head.tenant for head in heads],
        "seqs": [head.seq for head in heads],
        "frontiers": [head.frontier for head in heads],
        "roots": [merkle.root(head.frontier) for head in heads],
        "moments": [head.recorded_at for head in heads],
    }
