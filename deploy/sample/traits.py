"""What the sample supposes of each region: invented, so that every kind of case is on the page.

Only the order of magnitude of the counts follows what was published (Balangan 200 and Tabalong
about as many); nothing here says how good a region is.
"""

from collections.abc import Mapping

from msgspec import Struct

PROVINCE = "63"
YEAR_CLOSED = 2024
YEAR_OPEN = 2026
RULES_CLOSED = "2024.1"
RULES_OPEN = "2026.1"

BASIC_AFFAIRS = (1, 2, 3, 4, 5, 6)

# By region, at the end of the season: the verifier's reason and note, and the region's own words.
REJECTED: Mapping[str, tuple[str, str]] = {
    "63.09": (
        "dilaporkan_ganda",
        "Sama dengan inovasi lain yang sudah dilaporkan daerah ini (data contoh).",
    ),
    "63.10": ("bukan_pembaruan", "Layanan rutin tanpa unsur pembaruan (data contoh)."),
}
WITHDRAWN: Mapping[str, str] = {
    "63.08": "Digabung dengan inovasi lain dari perangkat daerah yang sama (data contoh).",
}


class Traits(Struct, frozen=True, kw_only=True):
    """How a region's sample season looks; shares are 0 to 1.

    `ripeness` moves levels from 1 towards 3, `filled` is the share of optional rows claimed,
    `accepted` the share of seen claims that the verifier accepts, `lacking` the basic-service
    affairs without any innovation.
    """

    region: str
    innovations: int
    ripeness: float
    filled: float
    submitted: float
    accepted: float
    region_ripeness: float
    lacking: tuple[int, ...] = ()


def _traits(
    region: str,
    innovations: int,
    rows: tuple[float, float],
    sent: tuple[float, float],
    region_ripeness: float,
    *lacking: int,
) -> Traits:
    return Traits(
        region=region,
        innovations=innovations,
        ripeness=rows[0],
        filled=rows[1],
        submitted=sent[0],
        accepted=sent[1],
        region_ripeness=region_ripeness,
        lacking=lacking,
    )


# region, innovations, (ripeness, filled), (submitted, accepted), region's own rows, lacking
ALL: tuple[Traits, ...] = (
    _traits("63.01", 45, (0.34, 0.76), (0.92, 0.86), 0.45),
    _traits("63.02", 30, (0.38, 0.74), (0.90, 0.84), 0.42, 4, 5),  # below the gate: no number score
    _traits("63.03", 70, (0.44, 0.78), (0.95, 0.84), 0.52),
    _traits("63.04", 15, (0.16, 0.62), (0.87, 0.80), 0.24, 3),
    _traits("63.05", 62, (0.42, 0.74), (0.88, 0.76), 0.50),
    _traits("63.06", 110, (0.52, 0.80), (0.96, 0.88), 0.60),
    _traits("63.07", 50, (0.29, 0.74), (0.94, 0.90), 0.44),
    _traits("63.08", 85, (0.46, 0.76), (0.84, 0.80), 0.56),
    _traits("63.09", 180, (0.62, 0.82), (0.97, 0.87), 0.66),
    _traits("63.10", 60, (0.28, 0.72), (0.90, 0.84), 0.40, 5),
    _traits("63.11", 200, (0.70, 0.84), (0.98, 0.85), 0.74),
    _traits("63.71", 75, (0.48, 0.78), (0.94, 0.88), 0.58),
    _traits("63.72", 38, (0.30, 0.72), (0.92, 0.82), 0.46, 4),
    _traits(PROVINCE, 60, (0.45, 0.78), (0.93, 0.85), 0.55),
)
