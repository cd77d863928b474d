"""What projection's document says beside its routes."""

from pathlib import Path

import msgspec

from services.projection.access import TABLE
from shared.io.document import Described

DESCRIBED = Described(
    access=TABLE,
    examples=msgspec.json.decode((Path(__file__).parent / "examples.json").read_bytes()),
)
