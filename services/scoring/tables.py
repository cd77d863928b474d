"""Scorecards to rows and back; only what a batch touched is written."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from services.scoring.core.timeline import Entry
from shared.io import postgres
from shared.kernel.errors import Corrupt
from shared.kernel.rules.eligibility import Candidate
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Innovation, Levels, worth

_SQL = postgres.queries(Path(__file__).parent / "tables.sql")

Key = tuple[str, int]


async def load(
    connection: postgres.Connection,
    tenants: Sequence[str],
    rule_sets: Mapping[str, RuleSet],
    digests: Mapping[str, str],
) -> dict[Key, Entry]:
    """Every season of these tenants as it was last committed; scored under rules of other bytes,
    its levels say nothing here.
    """
    entries: dict[Key, Entry] = {}
    for row in await postgres.fetch(connection, _SQL["entries"], {"tenants": list(tenants)}):
        if digests.get(row["rule_set"]) != row["rule_digest"]:
            raise Corrupt("score.other_rules", rule_set=row["rule_set"])
        entry = Entry(row["year"], rule_sets[row["rule_set"]], row["rule_digest"])
        entry.happened_until = row["happened_until"]
        entry.card.region = _levels(entry, row["claimed"], row["accepted"], region=True)
        entries[row["tenant"], row["year"]] = entry
    for row in await postgres.fetch(connection, _SQL["innovations"], {"tenants": list(tenants)}):
        entry = entries[row["tenant"], row["year"]]
        kept = Innovation(
            _levels(entry, row["claimed"], row["accepted"], region=False),
            registered=row["registered"],
            submitted=row["submitted"],
            rejected=row["rejected"],
            tahapan=row["tahapan"],
            main_urusan=row["main_urusan"],
            other_urusan=tuple(row["other_urusan"]),
            candidate=Candidate(
                implementation_date=row["implementation_date"],
                development_date=row["development_date"],
                words=row["words"],
            ),
        )
        entry.card.restore(row["innovation"], kept)
    for entry in entries.values():
        entry.told_now()
    return entries


async def keep(
    connection: postgres.Connection, touched: Mapping[Key, tuple[Entry, frozenset[str]]]
) -> None:
    """Write the entries and the innovations that a batch touched."""
    await postgres.execute(
        connection,
        _SQL["keep_entries"],
        {
            "tenants": [tenant for tenant, _ in touched],
            "years": [year for _, year in touched],
            "rule_sets": [entry.card.rules.id for entry, _ in touched.values()],
            "rule_digests": [entry.rule_digest for entry, _ in touched.values()],
            "moments": [entry.happened_until for entry, _ in touched.values()],
            "claimed": [bytes(entry.card.region.claimed) for entry, _ in touched.values()],
            "accepted": [bytes(entry.card.region.accepted) for entry, _ in touched.values()],
        },
    )
    rows = [
        (tenant, year, name, entry.card.innovations[name])
        for (tenant, year), (entry, names) in touched.items()
        for name in sorted(names)
        if name
    ]
    if rows:
        await postgres.execute(connection, _SQL["keep_innovations"], _columns(rows))


def _columns(rows: Sequence[tuple[str, int, str, Innovation]]) -> dict[str, list[object]]:
    return {
        "tenants": [tenant for tenant, _, _, _ in rows],
        "years": [year for _, year, _, _ in rows],
        "innovations": [name for _, _, name, _ in rows],
        "registered": [kept.registered for *_, kept in rows],
        "submitted": [kept.submitted for *_, kept in rows],
        "rejected": [kept.rejected for *_, kept in rows],
        "tahapan": [kept.tahapan for *_, kept in rows],
        "main_urusan": [kept.main_urusan for *_, kept in rows],
        "other_urusan": [",".join(map(str, kept.other_urusan)) for *_, kept in rows],
        "implementation_dates": [kept.candidate.implementation_date for *_, kept in rows],
        "development_dates": [kept.candidate.development_date for *_, kept in rows],
        "words": [kept.candidate.words for *_, kept in rows],
        "claimed": [bytes(kept.levels.claimed) for *_, kept in rows],
        "accepted": [bytes(kept.levels.accepted) for *_, kept in rows],
    }


def _levels(entry: Entry, claimed: bytes, accepted: bytes, *, region: bool) -> Levels:
    rules = entry.card.rules
    return Levels(
        bytearray(claimed),
        bytearray(accepted),
        worth(rules, claimed, region=region),
        worth(rules, accepted, region=region),
    )
