"""Read models with something in them: seasons, scores and results told as the logs tell them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from services.projection.project import project_facts, project_scores
from shared.io import postgres, rulebook
from shared.kernel import appending
from shared.kernel.events.result import ResultPublished, ScoreReported
from shared.kernel.events.scoring import ScoreCalculated
from shared.kernel.events.season import SeasonOpened
from shared.kernel.recorded import Meta, Stored
from tests import examples

PROVINCE = "63"
REGIONS: tuple[str, ...] = (
    "63.01",
    "63.02",
    "63.03",
    "63.04",
    "63.05",
    "63.06",
    "63.07",
    "63.08",
    "63.09",
)
REGIONS += ("63.10", "63.11", "63.71", "63.72")
YEAR = 2026

FEBRUARY = datetime(2025, 2, 10, 1, 0, tzinfo=UTC)
MARCH = datetime(2025, 3, 16, 6, 30, tzinfo=UTC)

# Index, innovations, affairs: in February, then in March; Hulu Sungai Tengah never reported, and
# Tapin and Barito Kuala stand level. Tanah Bumbu is twelfth of thirteen, later ninth.
EARLY: dict[str, tuple[str, int, int]] = {
    "63.01": ("55.20", 61, 6),
    "63.02": ("31.07", 18, 4),
    "63.03": ("58.90", 74, 6),
    "63.04": ("44.10", 40, 5),
    "63.05": ("44.10", 37, 5),
    "63.06": ("62.35", 88, 6),
    "63.08": ("36.02", 22, 5),
    "63.09": ("70.11", 131, 6),
    "63.10": ("28.44", 15, 3),
    "63.11": ("39.75", 29, 5),
    "63.71": ("61.02", 90, 6),
    "63.72": ("47.04", 51, 6),
}
LATE: dict[str, tuple[str, int, int]] = {
    "63.09": ("72.48", 140, 6),
    "63.10": ("36.90", 33, 6),
    "63.72": ("63.18", 96, 6),
    "63.11": ("33.10", 27, 5),
}


def season(year: int = YEAR, tenant: str = "00", seq: int = 1) -> Stored:
    rules = rulebook.rule_set_for_year(year)
    event = SeasonOpened(
        year=year, rule_set=rules.id, rule_digest=rulebook.rule_digests()[rules.id], letter="-"
    )
    return examples.stored(seq, tenant=tenant, event=event, stream=f"season/{year}")


def score(
    tenant: str,
    seq: int,
    index: str,
    happened_at: datetime,
    *,
    known_at: datetime | None = None,
    year: int = YEAR,
    stage: str = "mandiri",
    innovations: int = 12,
    affairs: int = 5,
) -> Stored:
    rules = rulebook.rule_set_for_year(year)
    event = ScoreCalculated(
        year=year,
        stage=stage,
        rule_set=rules.id,
        rule_digest=rulebook.rule_digests()[rules.id],
        index=Decimal(index),
        predikat=predikat(index, year),
        spd=Decimal(40),
        mean=Decimal(50),
        number=Decimal(10),
        innovations=innovations,
        divisor=max(12, innovations),
        affairs=affairs,
        complete=year == YEAR,
        cut_seq=seq * 10,
        happened_at=happened_at,
        known_at=known_at or happened_at,
    )
    return examples.stored(seq, tenant=tenant, event=event, stream=f"score/{year}/{stage}")


def result(
    tenant: str,
    seq: int,
    index: str,
    happened_at: datetime,
    *,
    year: int = YEAR,
    sample: bool = False,
    source: str = "https://contoh.example/keputusan",
) -> Stored:
    rules = rulebook.rule_set_for_year(year)
    event = ResultPublished(
        year=year,
        score=Decimal(index),
        predikat=predikat(index, year),
        rule_set=rules.id,
        rule_digest=rulebook.rule_digests()[rules.id],
        decree_number=f"400.10.11-1 Tahun {year}",
        source=source,
        sample=sample,
    )
    return _published(event, f"result/{year}", tenant, seq, happened_at)


def stated(
    tenant: str, seq: int, index: str, happened_at: datetime, *, year: int, source: str
) -> Stored:
    """A claimed score that somebody told."""
    rules = rulebook.rule_set_for_year(year)
    event = ScoreReported(
        year=year,
        stage="mandiri",
        score=Decimal(index),
        predikat=predikat(index, year),
        rule_set=rules.id,
        rule_digest=rulebook.rule_digests()[rules.id],
        source=source,
        innovations=29,
    )
    return _published(event, f"reported/{year}/mandiri", tenant, seq, happened_at)


def _published(
    event: ResultPublished | ScoreReported,
    stream: str,
    tenant: str,
    seq: int,
    happened_at: datetime,
) -> Stored:
    meta = Meta(actor="key-1", role="ministry", occurred_at=happened_at, basis="keputusan")
    return appending.stored(
        tenant=tenant,
        seq=seq,
        draft=examples.draft(event, stream, meta),
        version=1,
        identity=examples.identity(seq),
        moment=happened_at,
    )


def predikat(index: str, year: int) -> str:
    bands = rulebook.rule_set_for_year(year).predikat
    floors = [(band.nama, band.at_least.value) for band in bands]
    return next(name for name, floor in floors if floor is not None and Decimal(index) >= floor)


def a_province(year: int = YEAR) -> list[Stored]:
    """The scores of a season as February and March left them."""
    told = []
    for at, (moment, values) in enumerate(((FEBRUARY, EARLY), (MARCH, LATE)), start=1):
        for place, (tenant, (index, innovations, affairs)) in enumerate(values.items()):
            told.append(
                score(
                    tenant,
                    at,
                    index,
                    moment + timedelta(minutes=place),
                    year=year,
                    innovations=innovations,
                    affairs=affairs,
                )
            )
    return told


async def tell(url: str, *, facts: Sequence[Stored] = (), scores: Sequence[Stored] = ()) -> None:
    """Project them as the followers would, without their checkpoints."""
    async with (
        postgres.pool(url, "projection", "test-fill", 1) as pool,
        postgres.reaching(pool, {stored.tenant for stored in (*facts, *scores)}) as connection,
    ):
        for stored in facts:
            await project_facts(connection, {stored.tenant: [stored]})
        for stored in scores:
            await project_scores(connection, {stored.tenant: [stored]})
