"""Who may do what on the bus: each service says and hears its own subjects, and nothing else.

As data for the server's configuration. A permission names whole tokens, so the sixteen durables of
a consumer are written out; what a service may ask JetStream is what `shared/io/bus.py` asks.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from shared.kernel import names

ADMIN = "admin"

# Which log each service carries, and which it hears.
CARRIES = {"intake": ("evt",), "scoring": ("sco",), "projection": ()}
HEARS = {"intake": (), "scoring": ("evt",), "projection": ("evt", "sco")}

SERVICES = tuple(CARRIES)
USERS = (ADMIN, *SERVICES)


class Rights(Struct, frozen=True, kw_only=True):
    """The subjects one user may publish to; all it may subscribe to is its own inbox."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def rights() -> Mapping[str, Rights]:
    """The rights of every user."""
    return {
        user: Rights(publish=tuple(_publishes(user)), subscribe=(f"{names.inbox(user)}.>",))
        for user in USERS
    }


def _publishes(user: str) -> Iterator[str]:
    if user == ADMIN:
        yield "$JS.API.>"  # streams and consumers, also by hand; but no fact
        return
    for log in CARRIES[user]:
        yield f"{log}.*.*"
    for log in HEARS[user]:
        yield f"$JS.API.STREAM.INFO.{names.bus_stream(log)}"
        for partition in range(names.PARTITIONS):
            yield from _heard(user, log, partition)


def _heard(user: str, log: str, partition: int) -> Iterator[str]:
    """One durable: made over exactly its partition, asked about, read, acknowledged, dropped."""
    own = f"{names.bus_stream(log)}.{names.durable(user, log, partition)}"
    yield f"$JS.API.CONSUMER.CREATE.{own}.{names.partition_filter(log, partition)}"
    yield f"$JS.API.CONSUMER.INFO.{own}"
    yield f"$JS.API.CONSUMER.DELETE.{own}"
    yield f"$JS.API.CONSUMER.MSG.NEXT.{own}"
    yield f"$JS.ACK.{own}.>"
