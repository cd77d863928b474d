"""Which verdicts are drawn for a second look (quality control)."""

import hashlib

from msgspec import Struct

from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.verification import Sampled, SampleDrawn
from shared.kernel.recorded import Event

SEED_CHARACTERS_MAX = 200
DRAWN_MAX = 1_000
WHOLE_PERCENT = 100


class Draw(Struct, frozen=True, kw_only=True):
    """Draw a share of the verdicts for a second look; `candidates` are those that stand."""

    year: int
    seed: str
    percent: int
    candidates: tuple[Sampled, ...]


class Samples(Struct, frozen=True, kw_only=True):
    """The draws so far, by seed."""

    draws: dict[str, SampleDrawn] = {}


EMPTY = Samples()


def evolve(samples: Samples, event: Event) -> Samples:
    """A draw stands for ever under its seed."""
    if isinstance(event, SampleDrawn):
        return Samples(draws={**samples.draws, event.seed: event})
    return samples


def decide(command: Draw, samples: Samples) -> tuple[Event, ...]:
    """The draw, the same for everyone who knows the seed; a seed is drawn with once."""
    text.check("seed", command.seed, SEED_CHARACTERS_MAX)
    if not command.seed.strip():
        raise Refused("text.missing", field="seed")
    if not 1 <= command.percent <= WHOLE_PERCENT:
        raise Refused("sample.percent_out_of_range", percent=command.percent)
    before = samples.draws.get(command.seed)
    if before is not None:
        if before.percent != command.percent:
            raise Refused("sample.seed_used", seed=command.seed)
        return ()
    lots = {one: _lot(command.seed, one) for one in command.candidates}
    drawn = [one for one, lot in lots.items() if lot % WHOLE_PERCENT < command.percent]
    # Where it is more than fits, the lots decide, not the alphabet.
    kept = set(sorted(drawn, key=lots.__getitem__)[:DRAWN_MAX])
    return (
        SampleDrawn(
            year=command.year,
            seed=command.seed,
            percent=command.percent,
            drawn=tuple(one for one in drawn if one in kept),
        ),
    )


def _lot(seed: str, one: Sampled) -> int:
    """A number drawn evenly from what everyone can know."""
    named = f"{seed}\n{one.innovation}\n{one.indicator}".encode()
    return int.from_bytes(hashlib.shake_256(named).digest(8))
