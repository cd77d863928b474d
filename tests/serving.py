"""A group commit with its pool and its task, as a service's `__main__` has it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from shared.io import postgres
from shared.io.store import GroupCommit


def _nobody() -> None:
    pass


@asynccontextmanager
async def serving(
    url: str, after_commit: Callable[[], None] = _nobody, *, schema: str = "intake"
) -> AsyncIterator[GroupCommit]:
    async with postgres.pool(url, schema, "test-commit", 2) as pool:
        commit = GroupCommit(pool, after_commit)
        running = asyncio.create_task(commit.run())
        try:
            yield commit
        finally:
            commit.close()
            await running
