"""A fact and the rows that follow from it, in one transaction: both stand, or neither does."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.intake.handle import Intake
from services.intake.orders import Order
from shared.io import postgres, store
from shared.kernel.appending import Receipt
from shared.kernel.errors import Failure, Outrun

ATTEMPTS_MAX = 3

T = TypeVar("T")
# Writes the rows; told whether the order came to any fact.
Rows = Callable[[postgres.Connection, bool], Awaitable[T]]


async def recorded(
    pool: postgres.Pool, intake: Intake, order: Order, rows: Rows[T]
) -> tuple[Receipt, T | None]:
    """The order's receipt, and what `rows` came to; None where it was answered before."""
    prepared = await intake.prepared(order)
    if isinstance(prepared, Receipt):
        return prepared, None
    async with postgres.transaction(pool) as connection:
        (outcome,) = await store.append_within(connection, [prepared])
        if isinstance(outcome, Failure):
            raise outcome
        return outcome, await rows(connection, bool(prepared.drafts))


async def tried(attempt: Callable[[], Awaitable[T]]) -> T:
    """An attempt's outcome; decided anew where somebody else wrote meanwhile."""
    for number in range(1, ATTEMPTS_MAX + 1):
        try:
            return await attempt()
        except Outrun:
            if number == ATTEMPTS_MAX:
                raise
    raise AssertionError("the last attempt returns or raises")
