"""The door to typst: documents on paper from a template and data, the same bytes every time."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import typst

# Readable by screen readers, by the standard for that (PDF/UA-1).
STANDARDS: list[Any] = ["ua-1"]


def pdf(template: Path, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """The template set with the data, which it reads as JSON from `sys.inputs.data`."""
    told = msgspec.json.encode(data, order="deterministic").decode()
    return typst.compile(
        str(template),
        root=str(template.parent),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": told},
        pdf_standards=STANDARDS,
        timestamp=made_at,
    )
