"""What is spelt otherwise than the format says is told, and never taken for something else."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.verifier import periksa
from deploy.verifier.periksa import Findings, Malformed, Trust
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.events.season import SeasonOpened
from tests import bundles
from tests.bundles import LOG, WITNESS, Files, Maker, Told
from tests.unit.verifier.examining import examined, names, told

REGION = "63.10"
EVENTS = f"events/{REGION}.ndjson"
MANDIRI = "rankings/63-2026-mandiri.json"
RULES = "rules/2026.toml"


@pytest.fixture(scope="module")
def sound() -> Files:
    return Maker(bundles.province()).files()


def rewritten(files: Files, name: str, change: Callable[[Any], object], line: int = 2) -> Files:
    """One line of NDJSON, or one JSON file, changed as a value."""
    if not name.endswith(".ndjson"):
        value = json.loads(files[name])
        change(value)
        return bundles.listed(files | {name: json.dumps(value).encode()})
    lines = bundles.lines_in(files, name)
    change(lines[line])
    return bundles.listed(files | {name: bundles.ndjson(lines)})


@pytest.mark.parametrize("name", [EVENTS, "heads.ndjson"])
def test_a_further_field_of_a_line_is_told(name: str, sound: Files) -> None:
    findings = examined(rewritten(sound, name, lambda line: line.update(extra=1)), key=LOG)
    assert told(findings, "line.malformed") == {"file": name, "line": "3", "field": "extra"}


def test_a_further_field_of_a_row_is_told(sound: Files) -> None:
    damaged = rewritten(sound, MANDIRI, lambda value: value["rows"][0].update(extra=1))
    assert told(examined(damaged, key=LOG), "file.malformed")["field"] == "extra"


def test_a_last_line_without_an_end_is_told(sound: Files) -> None:
    damaged = bundles.listed(sound | {EVENTS: sound[EVENTS][:-1]})
    last = str(len(sound[EVENTS].splitlines()))
    assert told(examined(damaged, key=LOG), "line.malformed")["line"] == last


@pytest.mark.parametrize("value", [True, 1.0, "1", None, -1, 2**63])
def test_a_number_is_a_whole_number_of_63_bits(value: object, sound: Files) -> None:
    damaged = rewritten(sound, "heads.ndjson", lambda line: line.update(size=value))
    facts = {"file": "heads.ndjson", "line": "3", "field": "size"}
    assert told(examined(damaged, key=LOG), "line.malformed") == facts


def test_the_topic_of_a_line_is_the_type_of_its_fact(sound: Files) -> None:
    damaged = rewritten(
        sound, EVENTS, lambda line: line.update(topic="innovation.withdrawn.1"), line=3
    )
    assert told(examined(damaged, key=LOG), "line.malformed")["field"] == "topic"


def test_a_ranking_says_what_its_name_says(sound: Files) -> None:
    damaged = bundles.listed(sound | {"rankings/63-2025-mandiri.json": sound[MANDIRI]})
    facts = told(examined(damaged, key=LOG), "file.malformed")
    assert facts["file"] == "rankings/63-2025-mandiri.json"


def test_a_level_that_the_rules_do_not_have(sound: Files) -> None:
    for indicator, level in (("SPD-01", 4), ("SPD-99", 1)):
        story = bundles.province()
        claim = IndicatorClaimed(year=2026, indicator=indicator, level=level)
        files = dict(sound)
        logs = {REGION: [*story[REGION], Told(event=claim, second=900)]}
        lines = [bundles.line_of(fact) for fact in bundles.recorded(REGION, logs[REGION])]
        files[EVENTS] = bundles.ndjson(lines)
        facts = told(examined(bundles.listed(files), key=LOG), "season.unknown_level")
        assert (facts["seq"], facts["indicator"]) == (str(len(lines)), indicator)


def test_an_opening_of_another_year_or_number_does_not_serve() -> None:
    for year, place in ((2025, 0), (2026, 1)):
        story = bundles.province()
        first = story[bundles.MINISTRY][0]
        assert isinstance(first.event, SeasonOpened)
        other = SeasonOpened(
            year=year, rule_set=first.event.rule_set, rule_digest=first.event.rule_digest
        )
        opened = [Told(event=other, second=-4000)]
        closing = [Told(event=bundles.entry().event, second=-5000)] * place
        findings = examined(Maker({**story, bundles.MINISTRY: [*closing, *opened]}).files())
        assert set(names(findings)) == {"season.no_opening"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"half_even"', b'"half_up"'),
        (b'"mean_with_floor"', b'"median"'),
        (b'value = "250"', b'value = "1e999999999"'),
        (b'value = "250"', b'value = "0"'),
        (b"value = 2,", b"value = 2.0,"),
        (b"places   ", b"nowhere  "),
    ],
)
def test_rules_that_this_program_cannot_follow_are_told(
    old: bytes, new: bytes, sound: Files
) -> None:
    assert old in sound[RULES]
    damaged = bundles.listed(sound | {RULES: sound[RULES].replace(old, new)})
    assert told(examined(damaged, key=LOG), "file.malformed")["file"] == RULES


def test_a_stated_score_is_spelt_as_a_decimal(sound: Files) -> None:
    code = bundles.STATED
    damaged = sound | {
        f"events/{code}.ndjson": sound[f"events/{code}.ndjson"].replace(
            b'score\\":\\"', b'score\\":\\"1e9999'
        )
    }
    assert damaged != sound
    findings = examined(bundles.listed(damaged), key=LOG)
    assert told(findings, "line.malformed") == {
        "file": f"events/{code}.ndjson",
        "line": "2",
        "field": "score",
    }


@pytest.mark.parametrize(
    "spelt",
    [
        "",
        "tanpa+kunci",
        LOG.verifier.replace("+", "+0", 1),
        LOG.verifier.replace("contoh", "cantah"),
        LOG.verifier[:-1],
        LOG.verifier[:-2] + "B=",
        WITNESS.verifier,
    ],
)
def test_a_key_that_is_not_spelt_as_one(spelt: str) -> None:
    assert periksa.parse_key(LOG.verifier, periksa.LOG_KEY).spelt == LOG.verifier
    with pytest.raises(Malformed):
        periksa.parse_key(spelt, periksa.LOG_KEY)


def test_base64_has_one_spelling() -> None:
    other = base64.b64decode("YQ==")
    assert other == base64.b64decode("YR==")
    assert periksa._unbased("YQ==") == b"a"
    with pytest.raises(ValueError, match="YR"):
        periksa._unbased("YR==")


def test_a_key_in_the_bundle_that_is_none_is_told(sound: Files) -> None:
    manifest = json.loads(sound["manifest.json"]) | {"keys": ["bukan"]}
    damaged = sound | {"manifest.json": json.dumps(manifest).encode()}
    assert told(examined(damaged), "file.malformed")["field"] == "bukan"


def test_a_witness_that_the_bundle_names_and_that_kept_silent_is_a_remark(sound: Files) -> None:
    manifest = json.loads(sound["manifest.json"])
    manifest["witnesses"].append(bundles.OTHER_WITNESS.verifier)
    findings = examined(sound | {"manifest.json": json.dumps(manifest).encode()})
    assert findings.problems == []
    assert [each.name for each in findings.remarks] == [
        "remark.witness_bundled",
        "remark.witness_silent",
    ]


def test_no_more_is_told_than_anybody_reads_and_nothing_that_moves_a_terminal() -> None:
    findings = Findings()
    for number in range(periksa.PROBLEMS_MAX + 5):
        for _ in range(2):  # the same is told once
            findings.problem("file.unlisted", file=f"{number}\x1b[2J\n" + "x" * 500)
    assert (len(findings.problems), findings.count) == (
        periksa.PROBLEMS_MAX,
        periksa.PROBLEMS_MAX + 5,
    )
    shown = findings.problems[0].facts["file"]
    assert shown.isprintable()
    assert len(shown) <= periksa.SHOWN_CHARACTERS_MAX + 1


def test_every_sentence_can_be_said_in_both_languages() -> None:
    for name, (indonesian, english) in periksa.SENTENCES.items():
        fields = [
            sorted(part.split("}")[0] for part in each.split("{")[1:])
            for each in (indonesian, english)
        ]
        assert fields[0] == fields[1], name


def test_whoever_gives_no_key_trusts_the_bundles(sound: Files) -> None:
    trust = Trust([], keys_given=False, witnesses=[], witnesses_given=False)
    trusted = periksa.examine(sound, trust, Findings()).trust
    assert [key.spelt for key in trusted.keys] == [LOG.verifier]
    assert not trusted.keys_given


@pytest.mark.parametrize("text", [b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1, "a": 1}', b"[]"])
def test_what_readers_of_json_differ_about_is_no_json(text: bytes) -> None:
    with pytest.raises(Malformed):
        periksa.json_object(text)


def test_a_note_has_no_control_characters() -> None:
    good = bundles.note("log/heads", 1, bytes(32), LOG)
    assert periksa.parse_note(good).origin == "log/heads"
    with pytest.raises(Malformed):
        periksa.parse_note(bundles.note("log\x01/heads", 1, bytes(32), LOG))
