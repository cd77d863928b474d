"""The interface of what-ifs: anyone may try one; saved ones are shown to those who hold a key."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.analysis import Asked
from services.projection.branching import Brancher, Compared
from services.projection.context import Context, Contexts
from services.projection.core.branching import Brought, Fate
from services.projection.web import ERRORS, AsOf, Clock
from services.projection.web_analysis import REGION, Rules, Stage
from shared.io import clock as io_clock
from shared.io import http
from shared.io.identity import Keys
from shared.kernel.hypotheses import Supposed

BRANCHES = REGION + "/branches"
# A region's plans are its own: no cache in between keeps them.
OWN = {"Cache-Control": "private, no-cache"}


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


def routes(brancher: Brancher, contexts: Contexts, keys: Keys) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @post(
        REGION + "/what-if",
        status_code=200,
        guards=[http.require_json],
        responses=ERRORS | http.problems(413, 415),
    )
    async def try_branch(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[TrialBody],
        stage: Stage = "",
        as_of: AsOf = "",
        clock: Clock = "",
        rules: Rules = "",
    ) -> TrialView:
        """What hypotheses would bring over the region's facts, with the place; nothing is kept."""
        asked = Asked(region=region, year=year, stage=stage, as_of=as_of, clock=clock, rules=rules)
        season, brought = await brancher.tried(asked, data.hypotheses, io_clock.now())
        return TrialView(context=contexts.of(season, year), brought=brought)

    @get(BRANCHES, responses=ERRORS | http.problems(401, 403), security=[{"key": []}])
    async def read_branches(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        year: FromPath[int],
        stage: Stage = "",
        rules: Rules = "",
    ) -> Response[BranchesView]:
        """The region's saved what-ifs, compared; for keys that reach the region."""
        await _must_reach(keys, request, region)
        asked = Asked(region=region, year=year, stage=stage, rules=rules)
        season, told = await brancher.all_saved(asked, io_clock.now())
        view = BranchesView(context=contexts.of(season, year), branches=tuple(told))
        return Response(view, headers=OWN)

    @get(
        BRANCHES + "/{branch:str}",
        responses=ERRORS | http.problems(401, 403),
        security=[{"key": []}],
    )
    async def read_branch(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        year: FromPath[int],
        branch: FromPath[str],
        stage: Stage = "",
        rules: Rules = "",
    ) -> Response[BranchView]:
        """One saved what-if, and what became of each hypothesis since."""
        await _must_reach(keys, request, region)
        asked = Asked(region=region, year=year, stage=stage, rules=rules)
        season, kept = await brancher.kept(asked, branch, io_clock.now())
        view = BranchView(
            context=contexts.of(season, year),
            branch=kept.compared,
            happened=sum(1 for fate in kept.fates if fate.happened),
            fates=kept.fates,
        )
        return Response(view, headers=OWN)

    return [try_branch, read_branches, read_branch]


async def _must_reach(keys: Keys, request: Request[Any, Any, Any], region: str) -> None:
    caller = await keys.caller(request.headers.get("authorization", ""))
    caller.must_reach(region)
    caller.must_be("region_admin")
