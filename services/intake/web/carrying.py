"""The route by which a region takes innovations along into another season."""

from collections.abc import Sequence

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.innovation import CarriedView, CarryBody
from services.intake.core import carrying, season
from services.intake.door import ENTRY, Asked, Door
from services.intake.orders import place_of
from shared.kernel.errors import Missing, Refused


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @post(ENTRY + "/carry-over", status_code=200, **door.options())
    async def carry_over(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[CarryBody],
        asked: NamedDependency[Asked],
    ) -> CarriedView:
        """Report innovations of an earlier season again, under their ids, each decided anew.

        What they will still be worth is told beforehand by the reading interface's carry-over.
        """
        door.must_assess(region)
        if not season.YEAR_MIN <= data.from_year < year:
            raise Refused("carrying.not_from_before", year=year, from_year=data.from_year)
        rules = door.rules(await door.reading.rule_set(region, year))
        past = await door.reading.past(region, data.from_year)
        for name in data.innovations or ():
            if name not in past.innovations:
                raise Missing("innovation.unknown", innovation=name[:80])
        carried = carrying.carry(
            past,
            year,
            rules,
            data.innovations,
            with_claims=data.claims,
            only_eligible=data.only_eligible,
        )
        orders = [
            door.order(asked, region, data, each.command, place_of(each.name)) for each in carried
        ]
        told = await door.many(orders, asked.language)
        outcomes = dict(zip([each.name for each in carried], told.outcomes, strict=True))
        return CarriedView(
            recorded=told.recorded,
            unchanged=told.unchanged,
            refused=told.refused,
            outcomes=outcomes,
        )

    return [carry_over]
