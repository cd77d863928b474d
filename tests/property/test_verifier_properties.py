"""What the auditor's program reckons is what the product says, for every history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from deploy.verifier import periksa
from deploy.verifier.periksa import Books, Findings, LogReader
from shared.io import rulebook
from shared.kernel import merkle
from shared.kernel.events.result import ResultPublished, ScoreReported
from shared.kernel.recorded import Event, Recorded
from shared.kernel.rules import ruleset
from shared.kernel.scorecard import STAGES, Scorecard
from tests import bundles
from tests.bundles import MINISTRY, YEAR, Told
from tests.histories import RULES, histories

REGION = "63.10"
RULE_FILES = {"rules/2026.toml": (rulebook.RULES / "2026.toml").read_bytes()}
WINDOW_SHUT = "development_extends_window = { value = false,"
TRIALS_TOO = 'counted_stages = { value = ["penerapan", "uji_coba"]'
LAW = periksa.read_rules(RULE_FILES, Findings())


def _retold(history: Sequence[Recorded]) -> list[Told]:
    """The same facts in a whole log, stated for the moments that they were stated for."""
    facts = []
    for fact in history:
        happened = (fact.happened_at - bundles.START).total_seconds()
        known = (fact.recorded_at - bundles.START).total_seconds()
        facts.append(Told(event=fact.event, second=known, happened=happened))
    return facts


def _books(logs: dict[str, list[Recorded]]) -> tuple[Books, Findings]:
    findings = Findings()
    read = {
        code: LogReader(code, [], findings).read(
            bundles.ndjson([bundles.line_of(fact) for fact in facts])
        )
        for code, facts in logs.items()
    }
    return Books(read, LAW, findings), findings


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


@given(histories())
def test_the_index_is_that_of_the_scorecard_at_every_fact(history: Sequence[Recorded]) -> None:
    card = Scorecard(RULES)
    season = periksa.Season(LAW["2026.1"])
    facts = bundles.recorded(REGION, _retold(history))
    lines = bundles.ndjson([bundles.line_of(fact) for fact in facts])
    read = LogReader(REGION, [], Findings()).read(lines).facts
    for told, fact in zip(facts, read, strict=True):
        card.apply(told.event)
        season.apply(fact)
        for stage in STAGES:
            score = card.score(stage)
            assert season.index(stage) == Fraction(score.index)
            counted = season.parts(stage)[1:]
            assert [len(each) for each in counted] == [score.innovations, score.rejected]


def _stated(score: int, stage: str | None) -> Event:
    digest = rulebook.rule_digests()["2026.1"]
    told = Decimal(score) / 4
    if stage is None:
        return ResultPublished(
            year=YEAR, score=told, predikat="-", rule_set="2026.1", rule_digest=digest
        )
    return ScoreReported(
        year=YEAR,
        stage=stage,
        score=told,
        predikat="-",
        rule_set="2026.1",
        rule_digest=digest,
        source="berita",
    )


stated = st.builds(
    lambda event, happened: Told(event=event, second=4_000_000, happened=happened),
    st.builds(_stated, st.integers(0, 400), st.sampled_from([None, *STAGES])),
    st.floats(0, 60),
)


@given(
    histories() | st.just(()),
    st.lists(stated, max_size=5),
    st.integers(-5, 200) | st.just(5_000_000),
    st.integers(-5, 70) | st.none(),
)
def test_each_stage_is_what_the_read_model_picks(
    history: Sequence[Recorded], told: Sequence[Told], known: int, happened: int | None
) -> None:
    """Computed before stated, the latest that happened, a decree by itself: at any moment."""
    whole = [bundles.entry(), *_retold(history), *told]
    logs = {
        REGION: bundles.recorded(REGION, whole),
        MINISTRY: bundles.recorded(MINISTRY, bundles.opening()),
    }
    before = bundles.Before(
        known=bundles.START + timedelta(seconds=known),
        happened=bundles.LATEST
        if happened is None
        else bundles.START + timedelta(seconds=happened),
    )
    instant = periksa.Instant(
        _microseconds(before.known), None if happened is None else _microseconds(before.happened)
    )
    books, findings = _books(logs)
    for stage in ("mandiri", "terverifikasi", "final"):
        picked = bundles.score_of(logs[REGION], stage, before)
        expected = Decimal(0) if picked is None and stage != "final" else picked
        found = books.value(REGION, YEAR, stage, instant)
        assert found == (None if expected is None else Fraction(expected))
    assert findings.problems == []


def _law(raw: bytes) -> tuple[ruleset.RuleSet, periksa.Rules]:
    findings = Findings()
    rules = ruleset.decode(raw)
    found = periksa.read_rules({"rules/aturan.toml": raw}, findings)
    assert findings.problems == []
    return rules, found[rules.id]


def _file(year: int, old: str = "", new: str = "") -> bytes:
    text = (rulebook.RULES / f"{year}.toml").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new).encode()


LAWS = [
    *(_law(_file(year)) for year in range(2018, 2030)),
    _law(_file(2026, '"main_affair"', '"main_and_other_affairs"')),
    _law(_file(2026, "rejected_in_divisor        = { value = true,", "rejected_in_divisor = {")),
    _law(_file(2026, "development_extends_window = { value = true,", WINDOW_SHUT)),
    _law(_file(2026, "places                     = { value = 2", "places = { value = 0")),
    _law(_file(2026, 'counted_stages             = { value = ["penerapan"]', TRIALS_TOO)),
]


@given(st.sampled_from(LAWS), histories(), st.sets(st.integers(1, 6)))
def test_every_years_rules_are_read_as_the_product_reads_them(
    law: tuple[ruleset.RuleSet, periksa.Rules],
    history: Sequence[Recorded],
    others: frozenset[int],
) -> None:
    rules, read = law
    card, season = Scorecard(rules), periksa.Season(read)
    codes = {row.code for row in rules.rows if row.unit != "count"}
    events = [_with_affairs(fact.event, sorted(others)) for fact in history]
    known = [event for event in events if getattr(event, "indicator", None) in {None, *codes}]
    told = [Told(event=event, second=place) for place, event in enumerate(known)]
    facts = bundles.recorded(REGION, told)
    lines = bundles.ndjson([bundles.line_of(fact) for fact in facts])
    for fact, seen in zip(facts, LogReader(REGION, [], Findings()).read(lines).facts, strict=True):
        card.apply(fact.event)
        season.apply(seen)
    for stage in STAGES:
        assert season.index(stage) == Fraction(card.score(stage).index)


def _with_affairs(event: Any, others: Sequence[int]) -> Any:
    """The profile with further affairs, which some rules count."""
    if not hasattr(event, "profile"):
        return event
    profile = msgspec.structs.replace(event.profile, other_urusan=tuple(others))
    return msgspec.structs.replace(event, profile=profile)


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_a_tree_has_the_roots_that_the_product_keeps(leaves: Sequence[bytes]) -> None:
    tree = periksa.Tree()
    hashes = [periksa.leaf_hash(leaf) for leaf in leaves]
    assert tree.root() == merkle.EMPTY_ROOT
    for size, leaf in enumerate(hashes, start=1):
        tree.append(leaf)
        assert tree.root() == bundles.root_of(hashes[:size])
