"""The nation's season under another year's rules: reading and computing, beside what they cannot
go below.

Fills a database of its own with 546 regions and 36,742 innovations as scoring keeps them, and
prints seconds and ratios: to a bare loop over the same rows, and to arrays where NumPy is there.
"""

import asyncio
import importlib
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import mul
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from deploy import migrate
from deploy.local import network
from deploy.local.postgres import Cluster
from services.projection.core.rules import rescoring
from services.projection.nation import Nation
from services.projection.web import nation as web_nation
from services.projection.web.turns import Turns
from services.scoring import tables
from services.scoring.core.timeline import Entry
from shared.io import clock, postgres, rulebook
from shared.kernel import regions as kernel_regions
from shared.kernel.regions import Region
from shared.kernel.rules import eligibility, ruleset
from shared.kernel.rules.eligibility import Candidate
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import STAGES, Innovation, Levels, Stage

YEAR = 2026
OTHER = "2027"
INNOVATIONS = 36_742
ROUNDS = 7
REGIONS_A_BATCH = 60
PASSWORD = "known-to-this-run"
RAW = """
select tenant, tahapan, submitted, rejected, implementation_date, development_date, words,
       main_urusan, claimed, accepted
from scoring.present_innovation where year = 2026 order by tenant
"""

Row = Mapping[str, Any]


def main() -> None:
    """Start a server, fill it, measure both stages."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(
            data=Path(folder) / "data",
            port=network.free_port(),
            password=PASSWORD,
            log=Path(folder) / "postgres.log",
        )
        cluster.start()
        try:
            asyncio.run(_run(cluster.url()))
        finally:
            cluster.stop()


async def _run(admin: str) -> None:
    passwords = dict.fromkeys(migrate.ROLES, PASSWORD)
    await migrate.apply(admin, passwords)
    url = {role: postgres.with_user(admin, role, PASSWORD) for role in passwords}
    subjects = kernel_regions.subjects(rulebook.regions())
    async with postgres.pool(url["jejak_scoring"], "scoring", "bench-fill", 1) as pool:
        await _fill(pool, subjects)
    async with postgres.pool(url["jejak_projection"], "projection", "bench-read", 2) as pool:
        rule_sets, digests = rulebook.rule_sets(), rulebook.rule_digests()
        nation = Nation(pool, rulebook.regions(), rule_sets, digests, Turns())
        async with postgres.borrowed(pool) as connection:
            raw: Sequence[Row] = await postgres.fetch(connection, RAW)
            reading = await _median(lambda: postgres.fetch(connection, RAW))
        print(f"{len(subjects)} regions, {len(raw)} innovations, {YEAR} under {OTHER}")
        print(f"  every innovation's row read as it is    {reading * 1000:7.1f} ms")
        for stage in STAGES:
            await _measure(nation, subjects, raw, reading, stage)


async def _measure(
    nation: Nation, subjects: Sequence[Region], raw: Sequence[Row], fetching: float, stage: Stage
) -> None:
    other = rulebook.rule_set_for_year(int(OTHER))
    entered = await nation._read(YEAR, other, stage)
    reading = await _median(lambda: nation._read(YEAR, other, stage))

    async def compute() -> object:
        return rescoring.rescore(subjects, entered, other, YEAR, stage)

    async def encode() -> object:
        view = web_nation._view(answer, rulebook.rule_digests(), clock.now())
        return msgspec.json.encode(view)

    async def loop() -> object:
        return _bare_loop(raw, other, stage)

    computing = await _median(compute)
    whole = await _median(lambda: nation.rescored(YEAR, OTHER, stage))
    answer = await nation.rescored(YEAR, OTHER, stage)
    encoding = await _median(encode)
    floor = await _median(loop)
    changed = sum(len(each.predikat_changes) for each in answer.national.clusters)
    print(f"{stage}: {changed} regions change predikat")
    print(f"  read {reading * 1000:.1f} ms + compute {computing * 1000:.1f} ms; as asked", end=" ")
    print(f"{whole * 1000:.1f} ms; as JSON {encoding * 1000:.1f} ms more")
    print(f"  compute / bare loop over rows           {computing / floor:7.2f}", end="")
    print(f"   ({floor * 1000:.1f} ms)")
    try:
        numpy = importlib.import_module("numpy")
    except ModuleNotFoundError:
        print("  NumPy is not installed: no ratio to arrays")
        return
    arrays = _arrays(numpy, raw, stage)

    async def gather() -> object:
        return _arrays(numpy, raw, stage)

    async def evaluate() -> object:
        return _vectorised(numpy, arrays, other, stage)

    gathering, evaluating = await _median(gather), await _median(evaluate)
    agree = _indexes(_vectorised(numpy, arrays, other, stage), entered)
    for row in answer.national.regions:
        assert abs(agree[row.region] - float(row.effect.other.index)) < 0.006
    print(f"  compute / arrays evaluated              {computing / evaluating:7.2f}", end="")
    print(f"   ({evaluating * 1000:.1f} ms)")
    print("  compute / arrays gathered and evaluated ", end="")
    print(f"{computing / (gathering + evaluating):7.2f}   ({gathering * 1000:.1f} ms more)")
    print("  as asked / rows read, gathered, evaluated", end="")
    print(f" {whole / (fetching + gathering + evaluating):7.2f}")


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


async def _fill(pool: postgres.Pool, subjects: Sequence[Region]) -> None:
    """Regions of every size between nothing and twice the mean."""
    chance = Random(YEAR)
    rules = rulebook.rule_set_for_year(YEAR)
    sizes = [chance.random() for _ in subjects]
    counts = Counter(chance.choices(range(len(subjects)), sizes, k=INNOVATIONS))
    for start in range(0, len(subjects), REGIONS_A_BATCH):
        touched = {}
        for place in range(start, min(start + REGIONS_A_BATCH, len(subjects))):
            entry = _entry(rules, counts[place], chance)
            touched[subjects[place].code, YEAR] = (entry, frozenset(entry.card.innovations))
        async with postgres.reaching(pool, {code for code, _ in touched}) as connection:
            await tables.keep(connection, touched)


def _entry(rules: RuleSet, innovations: int, chance: Random) -> Entry:
    entry = Entry(YEAR, rules, rulebook.rule_digests()[rules.id])
    entry.happened_until = datetime(YEAR, 6, 1, tzinfo=UTC)
    entry.card.region = _levels(len(ruleset.region_rows(rules)), chance)
    for number in range(innovations):
        begun = date(2023, 6, 1) + timedelta(days=chance.randrange(1_000))
        entry.card.innovations[f"inovasi-{number}"] = Innovation(
            _levels(len(ruleset.innovation_rows(rules)), chance),
            registered=True,
            submitted=chance.random() < 0.95,
            rejected=chance.random() < 0.03,
            tahapan=chance.choice(["penerapan", "penerapan", "penerapan", "uji_coba"]),
            main_urusan=chance.choice([*range(1, 7), *range(1, 39)]),
            candidate=Candidate(
                implementation_date=begun,
                development_date=begun + timedelta(days=chance.randrange(400)),
                words=chance.randrange(280, 900),
            ),
        )
    return entry


def _levels(rows: int, chance: Random) -> Levels:
    claimed = bytearray(chance.choices(range(4), k=rows))
    accepted = bytearray(level if chance.random() < 0.8 else 0 for level in claimed)
    return Levels(claimed, accepted)


def _weights(rules: RuleSet) -> list[int]:
    return [ruleset.weight_hundredths(row) for row in ruleset.innovation_rows(rules)]


def _bare_loop(raw: Sequence[Row], other: RuleSet, stage: Stage) -> dict[str, list[int]]:
    """Maturity under both rule sets and nothing else: no judging, affairs, shares or ranks."""
    column = "claimed" if stage == "mandiri" else "accepted"
    both = (_weights(rulebook.rule_set_for_year(YEAR)), _weights(other))
    sums: dict[str, list[int]] = {}
    for row in raw:
        levels = row[column]
        region = sums.setdefault(row["tenant"], [0, 0])
        for place, weights in enumerate(both):
            region[place] += sum(map(mul, weights, levels))
    return sums


def _arrays(numpy: Any, raw: Sequence[Row], stage: Stage) -> dict[str, Any]:
    column = "claimed" if stage == "mandiri" else "accepted"
    tenants = numpy.array([row["tenant"] for row in raw])
    names, starts = numpy.unique(tenants, return_index=True)
    levels = numpy.frombuffer(b"".join([row[column] for row in raw]), dtype=numpy.uint8)
    days = {
        name: numpy.array([row[name].toordinal() for row in raw])
        for name in ("implementation_date", "development_date")
    }
    plain = {
        name: numpy.array([row[name] for row in raw])
        for name in ("submitted", "rejected", "words", "main_urusan")
    }
    staged = numpy.array([row["tahapan"] == "penerapan" for row in raw])
    return {
        "names": names,
        "starts": starts,
        "levels": levels.reshape(len(raw), -1),
        "staged": staged,
        **days,
        **plain,
    }


def _vectorised(numpy: Any, arrays: Mapping[str, Any], other: RuleSet, stage: Stage) -> Any:
    """The innovations' part of the index under both rule sets, in binary floating point; the last
    one is returned.
    """
    hundredths = numpy.zeros(0)
    for rules in (rulebook.rule_set_for_year(YEAR), other):
        counts, rejected = arrays["staged"], numpy.zeros(len(arrays["staged"]), dtype=bool)
        if stage == "terverifikasi":
            window = eligibility.window_of(rules, YEAR)
            assert window is not None
            first, last = window.first.toordinal(), window.last.toordinal()
            begun, developed = arrays["implementation_date"], arrays["development_date"]
            within = (begun >= first) & (begun <= last)
            within |= (begun < first) & (developed >= first) & (developed <= last)
            good = within & (arrays["words"] >= rules.words_min.value) & ~arrays["rejected"]
            sent = arrays["staged"] & arrays["submitted"]
            counts, rejected = sent & good, sent & ~good
        starts = arrays["starts"]
        points = arrays["levels"].astype(numpy.float64) @ numpy.array(_weights(rules), dtype=float)
        maturity = numpy.add.reduceat(points * counts, starts)
        number = numpy.add.reduceat(counts.astype(int), starts)
        dividing = number + numpy.add.reduceat(rejected.astype(int), starts)
        basic = counts & (arrays["main_urusan"] <= 6)
        covered = numpy.bitwise_or.reduceat(basic * (1 << arrays["main_urusan"]), starts)
        affairs = sum((covered >> urusan) & 1 for urusan in range(1, 7))
        mean = maturity / numpy.maximum(dividing, rules.divisor_floor.value)
        counted = numpy.minimum(number, rules.count_max.value) * 38
        hundredths = mean + counted * (affairs >= rules.affairs_min.value)
    return dict(zip(arrays["names"].tolist(), hundredths.tolist(), strict=True))


def _indexes(hundredths: Mapping[str, float], entered: Sequence[Any]) -> dict[str, float]:
    """The regions' own rows added, to compare with the answer."""
    weights = [ruleset.weight_hundredths(row) for row in ruleset.region_rows(entered[0].rules)]
    return {
        each.region.code: (
            sum(map(mul, weights, each.levels)) + hundredths.get(each.region.code, 0.0)
        )
        / 250
        for each in entered
    }


if __name__ == "__main__":
    main()
