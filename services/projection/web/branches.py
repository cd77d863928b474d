"""The interface of what-ifs: anyone may try one; saved ones are shown to those who hold its key."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.access import KEYED, OWN
from services.projection.analysis import Asked
from services.projection.branching import Brancher, Compared
from services.projection.context import Context, Contexts
from services.projection.core.branching import Brought, Fate
from services.projection.web.asking import ASKED_OF_REGION, REGION
from services.projection.web.ranking import ERRORS
from shared.io import clock as io_clock
from shared.io import http
from shared.kernel.hypotheses import Supposed

BRANCHES = REGION + "/branches"


class TrialBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is supposed, in order: at most 500."""

    hypotheses: tuple[Supposed, ...]


class TrialView(Struct, frozen=True, kw_only=True):
    """What it would bring; nothing is kept."""

    context: Context
    brought: Brought


class BranchesView(Struct, frozen=True, kw_only=True):
    """All saved what-ifs of a season on the same present footing, the best first."""

    context: Context
    branches: tuple[Compared, ...]


class BranchView(Struct, frozen=True, kw_only=True):
    """One saved what-if: what it promised, what it would bring today, what became of it."""

    context: Context
    branch: Compared
    happened: int
    fates: tuple[Fate, ...]


def routes(brancher: Brancher, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    own: dict[str, Any] = {**KEYED, "dependencies": ASKED_OF_REGION}

    @post(
        REGION + "/what-if",
        status_code=200,
        guards=[http.require_json],
        responses=ERRORS | http.problems(413, 415),
        dependencies=ASKED_OF_REGION,
    )
    async def try_branch(data: JSONBody[TrialBody], asked: NamedDependency[Asked]) -> TrialView:
        """What hypotheses would bring over the region's facts, with the place; nothing is kept."""
        season, brought = await brancher.tried(asked, data.hypotheses, io_clock.now())
        return TrialView(context=contexts.of(season), brought=brought)

    @get(BRANCHES, **own)
    async def read_branches(asked: NamedDependency[Asked]) -> Response[BranchesView]:
        """The region's saved what-ifs, compared; for its own keys."""
        season, told = await brancher.all_saved(asked, io_clock.now())
        view = BranchesView(context=contexts.of(season), branches=tuple(told))
        return Response(view, headers=OWN)

    @get(BRANCHES + "/{branch:str}", **own)
    async def read_branch(
        branch: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[BranchView]:
        """One saved what-if, and what became of each hypothesis since."""
        season, kept = await brancher.kept(asked, branch, io_clock.now())
        view = BranchView(
            context=contexts.of(season),
            branch=kept.compared,
            happened=sum(1 for fate in kept.fates if fate.happened),
            fates=kept.fates,
        )
        return Response(view, headers=OWN)

    return [try_branch, read_branches, read_branch]
