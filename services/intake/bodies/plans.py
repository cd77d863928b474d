"""What is sent and told of what a region plans: its target, and what-ifs to keep."""

from typing import Annotated

from msgspec import Meta, Struct

# One bulk request; larger loads are sent in several, each with its own key.
from services.intake.bodies.stated import Spelt, Stated
from shared.kernel.events.branch import BranchSaved
from shared.kernel.hypotheses import HYPOTHESES_MAX, Supposed


class TargetBody(Stated, frozen=True, kw_only=True):
    """What the region's plan (RPJMD) promises for a year, with the regulation that says so."""

    target: Spelt
    instrument: str


class BranchBody(Stated, frozen=True, kw_only=True):
    """A what-if to keep: what is supposed, over the region's log until `cut_seq` (without: now)."""

    name: str
    hypotheses: Annotated[tuple[Supposed, ...], Meta(max_length=HYPOTHESES_MAX)]
    cut_seq: int | None = None


class DiscardingBody(Stated, frozen=True, kw_only=True):
    """Show a saved what-if no longer."""


class BranchView(Struct, frozen=True, kw_only=True):
    """A saved what-if: the facts that are supposed, over the region's log until its `cut_seq`."""

    region: str
    version: int
    saved: BranchSaved
