"""The streams of both logs on the bus, made by its administrator and kept: no service may.

    python -m deploy.streams

Reads `NATS_URL` and `NATS_SEED` (the administrator's) and stays. A stream that was deleted, or lost
with the server's folder, is there again within seconds; what it held is read from the log.
"""

import asyncio
import sys

from shared.io import bus, config, log, problems
from shared.io.bus import Bus
from shared.kernel import names
from shared.kernel.errors import Refused, Unavailable

# A missing stream costs followers no more than reading from the log until the next look.
LOOK_SECONDS = 2.0


async def keep(own: Bus) -> None:
    """Make every stream that is not there, for ever."""
    while True:
        try:
            for log_name in names.LOGS:
                await own.ensure_stream(log_name)
        except Unavailable as failure:
            log.logger().warning("streams.not_kept", why=str(failure))
        await asyncio.sleep(LOOK_SECONDS)


async def run(place: config.Streams) -> None:
    """Connect, as long as that takes, and keep."""
    log.open_log("streams", place.log_style)
    async with bus.connected(place.nats_url, "admin", place.nats_seed) as own:
        await keep(own)


def main() -> int:
    """The command line; ends by a signal, or with 1 when its environment is not usable."""
    try:
        asyncio.run(run(config.read(config.Streams)))
    except Refused as refused:
        print(problems.sentence(refused.reason, "id", refused.facts), file=sys.stderr)
    except KeyboardInterrupt:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
