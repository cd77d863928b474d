"""Routes of what a region plans: targets, and what-ifs that it keeps."""

from collections.abc import Sequence

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.plans import BranchBody, BranchView, DiscardingBody, TargetBody
from services.intake.bodies.receipts import ReceiptView
from services.intake.core import branch, result, target
from services.intake.door import ENTRY, ERRORS, REGION, Asked, Door
from services.intake.spelling import branch_name
from shared.kernel import hypotheses
from shared.kernel.errors import Missing

BRANCH = ENTRY + "/branches/{branch_id:str}"


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @put(REGION + "/targets/{year:int}", **door.options())
    async def set_target(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[TargetBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Record the index that the region's plan (RPJMD) promises for a year."""
        door.must_assess(region)
        command = target.Set(
            year=year, target=result.score(data.target), instrument=data.instrument
        )
        return await door.one(asked, region, data, command)

    @put(BRANCH, **door.options())
    async def save_branch(
        region: FromPath[str],
        year: FromPath[int],
        branch_id: FromPath[str],
        data: JSONBody[BranchBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Keep a what-if under a name of your own, in place of an earlier one; it changes no score.

        What it would bring is told by the same address of the reading interface.
        """
        door.must_assess(region)
        head = await door.reading.head(region)
        command = branch.Save(
            year=year,
            branch=branch_name(branch_id),
            name=data.name,
            cut_seq=data.cut_seq,
            head=head,
            hypotheses=hypotheses.facts_of(year, data.hypotheses),
        )
        return await door.one(asked, region, data, command)

    @post(BRANCH + "/discarding", **door.options())
    async def discard_branch(
        region: FromPath[str],
        year: FromPath[int],
        branch_id: FromPath[str],
        data: JSONBody[DiscardingBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Show a saved what-if no longer; the log keeps that it was there."""
        door.must_assess(region)
        command = branch.Discard(year=year, branch=branch_name(branch_id))
        return await door.one(asked, region, data, command)

    @get(BRANCH, responses=ERRORS, security=[{"key": []}])
    async def read_branch(
        region: FromPath[str],
        year: FromPath[int],
        branch_id: FromPath[str],
    ) -> Response[BranchView]:
        """A saved what-if as it was kept; its ETag is its version."""
        held, version = await door.reading.branch(region, year, branch_name(branch_id))
        if held is None:
            raise Missing("branch.unknown", branch=branch_id)
        view = BranchView(region=region, version=version, saved=held)
        return Response(
            view, headers={"ETag": f'"{version}"', "Cache-Control": "private, no-cache"}
        )

    return [set_target, save_branch, discard_branch, read_branch]
