"""Chance as a value: uniform numbers and Beta shares that follow from a seed and a name alone.

Numbers come from a digest and not from a generator with a state, so a core stays pure, every draw
has its own numbers whatever was drawn before it, and they are the same on every version of Python.
"""

import hashlib
import struct
from collections.abc import Iterator
from itertools import count
from math import log, sqrt
from statistics import NormalDist

# Uniform numbers per digest: about what one draw of a region needs, so that few hash twice.
BLOCK = 192
WORDS = struct.Struct(f"<{BLOCK}I")
# 32 bits are finer than any share that 400 draws can tell apart; half a step keeps off 0 and 1.
UNIT = 2.0**-32

# A try below 1 - SQUEEZE * normal ** 4 is taken without a logarithm, as in their paper.
SQUEEZE = 0.0331
# One try in twenty is refused at the worst shape: this many never are.
TRIES_MAX = 64

_normal = NormalDist().inv_cdf


def uniforms(*name: str | int) -> Iterator[float]:
    """Endless uniform numbers in (0, 1) that belong to a name; other names have others."""
    key = repr(name)
    for block in count():
        digest = hashlib.shake_256(f"{key}{block}".encode()).digest(WORDS.size)
        for word in WORDS.unpack(digest):
            yield (word + 0.5) * UNIT


def beta(chance: Iterator[float], kept: float, lost: float) -> float:
    """A share from the Beta distribution of that many kept and lost, neither below 0."""
    first = _gamma(chance, kept)
    whole = first + _gamma(chance, lost)
    if whole > 0:
        return first / whole
    # Both so small that they vanish: the distribution is then all or nothing.
    return float(next(chance) * (kept + lost) < kept)


def _gamma(chance: Iterator[float], shape: float) -> float:
    """By Marsaglia and Tsang (2000); a shape below 1 is drawn one higher and brought down."""
    if shape <= 0:
        return 0.0
    middle = (shape if shape >= 1 else shape + 1) - 1 / 3
    slope = 1 / sqrt(9 * middle)
    for _ in range(TRIES_MAX):
        normal = _normal(next(chance))
        cube = 1 + slope * normal
        if cube <= 0:
            continue
        cube = cube * cube * cube
        luck, square = next(chance), normal * normal
        if luck < 1 - SQUEEZE * square * square:
            break
        if log(luck) < square / 2 + middle * (1 - cube + log(cube)):
            break
    else:
        cube = 1.0
    down: float = 1.0 if shape >= 1 else next(chance) ** (1 / shape)
    return middle * cube * down
