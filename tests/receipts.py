"""Receipts made of the product's own hashes and proofs, as `tests.bundles` makes bundles."""

import json
from typing import Any

from shared.kernel.proofs import Tree
from tests import bundles
from tests.bundles import LOG, NAME, WITNESS, Maker

REGION = "63.10"


def receipt(maker: Maker, seq: int, region: str = REGION) -> dict[str, Any]:
    """One fact of a region under the heads of a whole bundle."""
    files = maker.files()
    lines = bundles.lines_in(files, f"events/{region}.ndjson")
    heads = bundles.lines_in(files, "heads.ndjson")
    head = next(one for one in heads if one["tenant"] == region and one["size"] >= seq)
    own = Tree([bundles.leaf_of(fact) for fact in maker.logs[region]])
    above = Tree([bundles.head_leaf(one) for one in heads])
    origin = f"{NAME}/{region}/{head['epoch']}"
    return {
        "format": "jejak-inovasi/receipt/1",
        "log": NAME,
        "keys": [LOG.verifier],
        "tenant": region,
        "fact": lines[seq - 1],
        "path": [each.hex() for each in own.inclusion(seq - 1, head["size"])],
        "checkpoint": bundles.note(origin, head["size"], bytes.fromhex(head["root"]), LOG).decode(),
        "head": head,
        "heads_path": [each.hex() for each in above.inclusion(head["index"], above.size)],
        "heads_checkpoint": bundles.note(
            f"{NAME}/heads", above.size, above.root(above.size), LOG, WITNESS
        ).decode(),
    }


def spelt(held: dict[str, Any]) -> bytes:
    return json.dumps(held).encode()
