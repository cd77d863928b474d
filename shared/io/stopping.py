"""Noticing that a task was told to stop when a library swallowed the telling.

Before Python 3.12 `asyncio.wait_for` loses a cancellation that arrives together with its result.
The NATS client waits that way for every reply, the pool for a connection; a loop without end
therefore asks here.
"""

import asyncio


def is_asked() -> bool:
    """Whether the running task was cancelled, delivered or not."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
