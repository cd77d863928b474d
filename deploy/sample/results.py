"""Season 2024: the published results word for word, and invented ones where nothing was published.

The region said "fourth from the bottom" on 10 February 2025 and "9th of 13" on 17 March 2025, and
nobody said why. The sample makes both true: a first result each, and an invented correction of
Tanah Bumbu's in between. An invented score is `sample`, also where its predikat was published.
"""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from deploy.sample import calendar, seasons
from deploy.sample.traits import YEAR_CLOSED
from services.intake.bodies.results import ResultBody

SAMPLE = "data contoh"
REGION = "63.10"

SEASON = seasons.closed()[YEAR_CLOSED]
PUBLISHED_AT = SEASON.decided_at
CORRECTED_AT = calendar.at(date(2025, 3, 3), seasons.DECIDING)


class Result(Struct, frozen=True, kw_only=True):
    """One result to hand in, under a name that is its key."""

    region: str
    name: str
    body: ResultBody


def _published(region: str, score: str, predikat: str, source: str) -> Result:
    body = ResultBody(
        score=Decimal(score),
        predikat=predikat,
        source=source,
        occurred_at=PUBLISHED_AT,
        basis=SEASON.decided_basis,
    )
    return Result(region=region, name="terbit", body=body)


def _invented(region: str, score: str, predikat: str, known: str = "") -> Result:
    body = ResultBody(
        score=Decimal(score),
        predikat=predikat,
        source=f"{SAMPLE}: nilai rekaan" + (f"; {known}" if known else ""),
        sample=True,
        occurred_at=PUBLISHED_AT,
        basis="data contoh: tanggal pengumuman diperkirakan",
    )
    return Result(region=region, name="terbit", body=body)


# The published rows are those of published-results.csv, with its sources.
FIRST: tuple[Result, ...] = (
    _published(
        "63",
        "51.71",
        "Inovatif",
        "langkar.id ; mediakita.co.id (headline9.com/43415 prints 51.74)",
    ),
    _published("63.71", "58.41", "Inovatif", "hallobanua.com/2025/03 (rank of 93 kota)"),
    _invented(
        "63.11",
        "78.45",
        "Sangat Inovatif",
        "yang terbit hanya: salah satu dari lima kabupaten terinovatif IGA 2024 (bakabar.com)",
    ),
    _invented("63.09", "74.12", "Sangat Inovatif"),
    _invented("63.06", "66.83", "Sangat Inovatif"),
    _invented("63.08", "59.26", "Inovatif"),
    _invented("63.03", "57.90", "Inovatif"),
    _invented("63.05", "55.18", "Inovatif"),  # 68.67 was reported, under a predikat it cannot have
    _invented("63.07", "51.36", "Inovatif"),
    _invented("63.01", "44.18", "Inovatif"),
    _invented(
        REGION,
        "42.63",
        "Inovatif",
        "yang terbit hanya predikat Inovatif (kalimantansmart.info, 17 Maret 2025)",
    ),
    _invented("63.72", "40.27", "Inovatif"),
    _invented("63.02", "37.94", "Inovatif"),
    _invented("63.04", "33.52", "Kurang Inovatif"),
)

CORRECTION = Result(
    region=REGION,
    name="koreksi",
    body=ResultBody(
        score=Decimal("45.06"),
        predikat="Inovatif",
        source=(
            f"{SAMPLE}: nilai rekaan; yang terbit hanya predikat Inovatif dan peringkat 9 dari 13 "
            "(kalimantansmart.info, 17 Maret 2025)"
        ),
        sample=True,
        occurred_at=CORRECTED_AT,
        basis=(
            "data contoh: koreksi rekaan yang menjelaskan dua pernyataan, keempat dari bawah "
            "(10 Februari 2025) dan ke-9 dari 13 (17 Maret 2025)"
        ),
    ),
)

ALL = (*FIRST, CORRECTION)
