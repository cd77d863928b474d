"""Every kind of damage is found, and named: which file, which region, which event, which rank."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import bundles
from tests.bundles import LOG, STRANGER, WITNESS, Files, Maker
from tests.unit.verifier.examining import examined, names, told

REGION = "63.10"
EVENTS = f"events/{REGION}.ndjson"
NOTE = f"checkpoints/{REGION}.note"
MANDIRI = "rankings/63-2026-mandiri.json"


@pytest.fixture(scope="module")
def sound() -> Files:
    return Maker(bundles.province()).files()


def changed(files: Files, name: str, old: bytes, new: bytes) -> Files:
    assert old in files[name]
    return files | {name: files[name].replace(old, new, 1)}


def relined(files: Files, name: str, change: Callable[[list[bytes]], None]) -> Files:
    lines = files[name].splitlines(keepends=True)
    change(lines)
    return files | {name: b"".join(lines)}


def manifested(files: Files, **fields: Any) -> Files:
    manifest = json.loads(files["manifest.json"]) | fields
    return files | {"manifest.json": json.dumps(manifest).encode()}


def swapped(lines: list[bytes]) -> None:
    lines[4], lines[5] = lines[5], lines[4]


def test_one_byte_of_an_event_is_told_by_its_file(sound: Files) -> None:
    findings = examined(changed(sound, EVENTS, b"kata kata", b"kata kita"), key=LOG)
    assert told(findings, "file.digest")["file"] == EVENTS


def test_a_digest_that_was_made_to_fit_leaves_the_tree_wrong(sound: Files) -> None:
    damaged = relined(sound, EVENTS, lambda lines: _replace(lines, 6, b"penerapan", b"uji_coba"))
    findings = examined(bundles.listed(damaged), key=LOG)
    assert told(findings, "tenant.root") == {"region": REGION}
    assert told(findings, "heads.other_history")["first"] == "7"
    assert told(findings, "heads.other_history")["last"] == "9"


def _replace(lines: list[bytes], place: int, old: bytes, new: bytes) -> None:
    assert old in lines[place]
    lines[place] = lines[place].replace(old, new)


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("recorded_at", b'Z", "meta"', b'1Z", "meta"'),
        ("event_id", b'"event_id": "', b'"event_id": "A'),
        ("topic", b'"topic": "', b'"topic": "x.'),
        ("state", b'"state": "{', b'"state": "['),
        ("meta", b'"meta": "{', b'"meta": "'),
        ("version", b'"version": ', b'"version": 0'),
        ("meta", b'"meta": "', b'"meta": "\\ud800'),
    ],
)
def test_a_line_that_is_not_one_is_told_by_number(
    sound: Files, field: str, old: bytes, new: bytes
) -> None:
    damaged = relined(sound, EVENTS, lambda lines: _replace(lines, 2, old, new))
    findings = examined(bundles.listed(damaged), key=LOG)
    assert told(findings, "line.malformed") in (
        {"file": EVENTS, "line": "3", "field": field},
        {"file": EVENTS, "line": "3", "field": "JSON"},
        {"file": EVENTS, "line": "3", "field": "UTF-8"},
    )


def test_a_key_that_stands_twice_could_be_read_in_two_ways(sound: Files) -> None:
    twice = relined(sound, EVENTS, lambda lines: _replace(lines, 2, b'{"seq"', b'{"seq": 9, "seq"'))
    assert "line.malformed" in names(examined(bundles.listed(twice), key=LOG))


def test_an_event_deleted_at_the_tail(sound: Files) -> None:
    damaged = relined(sound, EVENTS, lambda lines: _delete(lines, -1))
    findings = examined(bundles.listed(damaged), key=LOG)
    size = len(sound[EVENTS].splitlines())
    facts = {"region": REGION, "found": str(size - 1), "expected": str(size)}
    assert told(findings, "tenant.size") == facts
    assert told(findings, "heads.lost")["region"] == REGION


def test_a_tail_deleted_from_manifest_and_note_too_was_published(sound: Files) -> None:
    damaged = relined(sound, EVENTS, lambda lines: _delete(lines, -1))
    story = bundles.province()
    story[REGION] = story[REGION][:-1]
    shorter = Maker(story).files()
    kept = {name: shorter[name] for name in (EVENTS, NOTE, "manifest.json")}
    findings = examined(bundles.listed(damaged | kept), key=LOG)
    assert told(findings, "heads.last") == {"region": REGION}
    assert told(findings, "heads.lost")["region"] == REGION


def _delete(lines: list[bytes], place: int) -> None:
    del lines[place]


def test_an_event_deleted_in_the_middle(sound: Files) -> None:
    damaged = relined(sound, EVENTS, lambda lines: _delete(lines, 4))
    findings = examined(bundles.listed(damaged), key=LOG)
    first = next(each for each in findings.problems if each.name == "line.out_of_order")
    assert first.facts == {"file": EVENTS, "line": "5", "found": "6", "expected": "5"}


def test_two_events_swapped(sound: Files) -> None:
    findings = examined(bundles.listed(relined(sound, EVENTS, swapped)), key=LOG)
    assert names(findings).count("line.out_of_order") == 2


def test_an_event_inserted(sound: Files) -> None:
    damaged = relined(sound, EVENTS, lambda lines: lines.insert(3, lines[2]))
    findings = examined(bundles.listed(damaged), key=LOG)
    assert {"event.twice", "event.version", "line.out_of_order", "tenant.size"} <= {
        *names(findings)
    }


def test_a_gap_in_a_stream_that_was_hashed_along(sound: Files) -> None:
    damaged = relined(sound, EVENTS, lambda lines: _replace(lines, 0, b'on": 1', b'on": 2'))
    facts = told(examined(bundles.listed(damaged), key=LOG), "event.version")
    assert (facts["region"], facts["seq"], facts["found"]) == (REGION, "1", "2")


def test_a_newer_kind_of_a_fact_that_counts_is_not_passed_over() -> None:
    files = Maker({**bundles.province()}).files()
    newer = b"indicator.claimed.1", b"indicator.claimed.2"
    damaged = relined(files, EVENTS, lambda lines: _replace(lines, 1, *newer))
    facts = told(examined(bundles.listed(damaged), key=LOG), "event.unknown_kind")
    assert (facts["seq"], facts["topic"]) == ("2", "indicator.claimed.2")


def test_a_checkpoint_changed(sound: Files) -> None:
    size = str(len(sound[EVENTS].splitlines())).encode()
    damaged = changed(sound, NOTE, b"\n" + size + b"\n", b"\n" + size + b"0\n")
    findings = examined(bundles.listed(damaged), key=LOG)
    assert told(findings, "note.tree")["file"] == NOTE
    assert told(findings, "note.bad_signature")["file"] == NOTE


def test_a_note_of_another_log_or_epoch(sound: Files) -> None:
    root = bytes.fromhex(json.loads(sound["manifest.json"])["tenants"][REGION]["root"])
    size = len(sound[EVENTS].splitlines())
    other = bundles.note(f"{bundles.NAME}/{REGION}/2", size, root, LOG)
    findings = examined(bundles.listed(sound | {NOTE: other}), key=LOG)
    assert told(findings, "note.origin")["file"] == NOTE
    assert names(findings) == ["note.origin"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n\n", b"\n"),
        (b"\n\n", b"\r\n\n"),
        ("— ".encode(), b"- "),
        (b"/63.10/1\n", b"/63.10/1\n0"),
        (b"=\n", b"\n"),
    ],
)
def test_a_note_that_is_not_spelt_as_one(sound: Files, old: bytes, new: bytes) -> None:
    findings = examined(bundles.listed(changed(sound, NOTE, old, new)), key=LOG)
    assert told(findings, "note.malformed")["file"] == NOTE


def test_a_note_signed_by_another_key(sound: Files) -> None:
    root = bytes.fromhex(json.loads(sound["manifest.json"])["tenants"][REGION]["root"])
    size = len(sound[EVENTS].splitlines())
    other = bundles.note(f"{bundles.NAME}/{REGION}/1", size, root, STRANGER)
    findings = examined(bundles.listed(sound | {NOTE: other}))
    assert told(findings, "note.unsigned")["file"] == NOTE


def test_a_rewritten_history_that_fits_itself_is_found_by_the_key(sound: Files) -> None:
    story = bundles.province()
    story[REGION] = story["63.09"]
    forged = Maker(story, signer=STRANGER).files()
    assert examined(forged).problems == []
    assert set(names(examined(forged, key=LOG))) == {"note.unsigned"}


def test_a_rewritten_history_signed_by_the_log_itself_is_found_by_the_witness() -> None:
    story = bundles.province()
    story[REGION] = story["63.09"]
    forged = Maker(story, witnesses=()).files()
    findings = examined(forged, key=LOG, witnesses=[WITNESS])
    assert names(findings) == ["note.unwitnessed"]
    assert [each.name for each in examined(forged, key=LOG).remarks] == ["remark.without_witness"]


def test_a_witness_that_signed_something_else(sound: Files) -> None:
    other = Maker({bundles.MINISTRY: bundles.opening()}).files()
    lines = sound["checkpoints/all.note"].splitlines(keepends=True)
    lines[-1] = other["checkpoints/all.note"].splitlines(keepends=True)[-1]
    damaged = bundles.listed(sound | {"checkpoints/all.note": b"".join(lines)})
    for witnesses in ([], [WITNESS]):
        findings = examined(damaged, key=LOG, witnesses=witnesses)
        assert told(findings, "note.bad_signature")["key"] == WITNESS.verifier


def test_of_two_witnesses_demanded_the_missing_one_is_named(sound: Files) -> None:
    findings = examined(sound, key=LOG, witnesses=[WITNESS, bundles.OTHER_WITNESS])
    assert told(findings, "note.unwitnessed")["key"] == bundles.OTHER_WITNESS.verifier


def heads_changed(files: Files, change: Callable[[list[dict[str, Any]]], None]) -> Files:
    """The log of heads changed, and everything over it signed anew by the log itself."""
    heads = bundles.lines_in(files, "heads.ndjson")
    change(heads)
    for place, head in enumerate(heads):
        head["index"] = place
    anew = files | {"heads.ndjson": bundles.ndjson(heads)}
    return bundles.listed(bundles.noted(anew, LOG, [WITNESS]))


def of_region(heads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [head for head in heads if head["tenant"] == REGION]


def without_region(heads: list[dict[str, Any]]) -> None:
    heads[:] = [head for head in heads if head["tenant"] != REGION]


def test_a_head_line_changed(sound: Files) -> None:
    damaged = relined(
        sound, "heads.ndjson", lambda lines: _replace(lines, 2, b'"size": ', b'"size": 1')
    )
    findings = examined(bundles.listed(damaged), key=LOG)
    assert told(findings, "note.tree")["file"] == "checkpoints/all.note"


def test_an_earlier_head_that_the_events_do_not_lead_to(sound: Files) -> None:
    damaged = heads_changed(sound, lambda heads: of_region(heads)[1].update(root="ab" * 32))
    facts = told(examined(damaged, key=LOG), "heads.other_history")
    assert (facts["region"], facts["first"], facts["last"]) == (REGION, "4", "6")


def test_a_loss_that_was_declared_is_told_and_hides_no_other(sound: Files) -> None:
    def restored(heads: list[dict[str, Any]]) -> None:
        ours = of_region(heads)
        lost = ours[0] | {"size": 9_999, "root": "ab" * 32}
        heads.insert(heads.index(ours[0]) + 1, lost)
        for head in ours[1:]:
            head["epoch"] = 2

    def restored_and_changed(heads: list[dict[str, Any]]) -> None:
        restored(heads)
        of_region(heads)[2]["root"] = "cd" * 32

    findings = examined(heads_changed(sound, restored), key=LOG)
    kept = str(of_region(bundles.lines_in(sound, "heads.ndjson"))[0]["size"])
    facts = told(findings, "heads.lost_before")
    assert (facts["epoch"], facts["size"], facts["kept"]) == ("2", "9999", kept)
    assert not {"heads.lost", "heads.other_history"} & set(names(findings))
    findings = examined(heads_changed(sound, restored_and_changed), key=LOG)
    assert {"heads.lost_before", "heads.other_history"} <= set(names(findings))


def test_sizes_and_epochs_never_fall(sound: Files) -> None:
    def fallen(heads: list[dict[str, Any]]) -> None:
        one, other = of_region(heads)[:2]
        one["size"], other["size"] = other["size"], one["size"]
        one["root"], other["root"] = other["root"], one["root"]

    def newer_first(heads: list[dict[str, Any]]) -> None:
        of_region(heads)[0]["epoch"] = 2

    assert told(examined(heads_changed(sound, fallen), key=LOG), "heads.size_fell")
    assert told(examined(heads_changed(sound, newer_first), key=LOG), "heads.epoch_fell")


def test_a_head_that_is_left_out_breaks_the_numbering_or_the_last_one(sound: Files) -> None:
    lines = relined(sound, "heads.ndjson", lambda lines: _delete(lines, 3))
    assert "line.out_of_order" in names(examined(bundles.listed(lines), key=LOG))
    damaged = heads_changed(sound, lambda heads: heads.remove(of_region(heads)[-1]))
    assert told(examined(damaged, key=LOG), "heads.last") == {"region": REGION}
    none = heads_changed(sound, without_region)
    assert told(examined(none, key=LOG), "heads.none") == {"region": REGION}


def test_a_region_of_which_heads_tell_must_have_its_log(sound: Files) -> None:
    left = {name: held for name, held in sound.items() if name not in (EVENTS, NOTE)}
    manifest = json.loads(sound["manifest.json"])
    del manifest["tenants"][REGION]
    damaged = bundles.listed(left | {"manifest.json": json.dumps(manifest).encode()})
    findings = examined(damaged, key=LOG, witnesses=[WITNESS])
    assert names(findings) == ["scope.without_log"]
    manifest["scope"].remove(REGION)
    partial = bundles.listed(left | {"manifest.json": json.dumps(manifest).encode()})
    findings = examined(partial, key=LOG, witnesses=[WITNESS])
    assert findings.problems == []
    assert {each.name for each in findings.remarks} == {"remark.not_recomputed"}


def reranked(files: Files, change: Callable[[list[dict[str, Any]]], object]) -> Files:
    told_rows = json.loads(files[MANDIRI])
    change(told_rows["rows"])
    return bundles.listed(files | {MANDIRI: json.dumps(told_rows).encode()})


def test_a_rank_changed_in_a_ranking(sound: Files) -> None:
    row = json.loads(sound[MANDIRI])["rows"][5]
    findings = examined(reranked(sound, lambda rows: rows[5].update(rank=1)), key=LOG)
    facts = told(findings, "ranking.rank")
    assert facts["region"].startswith(row["region"])
    assert (facts["file"], facts["told"], facts["found"]) == (MANDIRI, "1", str(row["rank"]))


def test_an_index_changed_in_a_ranking(sound: Files) -> None:
    findings = examined(reranked(sound, lambda rows: rows[0].update(index="99.99")), key=LOG)
    assert told(findings, "ranking.index")["told"] == "99.99"
    assert names(findings) == ["ranking.index"]


def test_rows_out_of_order_or_missing_or_of_nobody(sound: Files) -> None:
    swapping = examined(reranked(sound, lambda rows: rows.insert(0, rows.pop(3))), key=LOG)
    assert told(swapping, "ranking.order")["line"] == "1"
    missing = examined(reranked(sound, lambda rows: rows.pop()), key=LOG)
    assert "ranking.regions" in names(missing)
    twice = examined(reranked(sound, lambda rows: rows.append(rows[-1])), key=LOG)
    assert "ranking.regions" in names(twice)
    stranger = examined(reranked(sound, lambda rows: rows[0].update(region="63.99")), key=LOG)
    assert "63.99" in told(stranger, "ranking.regions")["regions"]


def test_a_rule_file_changed(sound: Files) -> None:
    damaged = changed(sound, "rules/2026.toml", b'value = "0.38"', b'value = "0.39"')
    findings = examined(bundles.listed(damaged), key=LOG)
    first = next(each for each in findings.problems if each.name == "rules.other")
    assert first.facts["file"] == "rules/2026.toml"
    assert first.facts["seq"] == "1"


def test_rules_that_are_not_there_or_no_rules(sound: Files) -> None:
    without = {name: held for name, held in sound.items() if not name.startswith("rules/")}
    assert "rules.absent" in names(examined(bundles.listed(without), key=LOG))
    broken = bundles.listed(sound | {"rules/2026.toml": b"id = "})
    assert told(examined(broken, key=LOG), "file.malformed")["file"] == "rules/2026.toml"
    again = bundles.listed(sound | {"rules/lain.toml": sound["rules/2026.toml"]})
    assert told(examined(again, key=LOG), "rules.twice")["file"] == "rules/lain.toml"


def test_an_entry_without_the_opening_it_names() -> None:
    story = {code: list(facts) for code, facts in bundles.province().items()}
    del story[bundles.MINISTRY]
    findings = examined(Maker(story).files(), key=LOG)
    assert set(names(findings)) == {"season.no_opening"}


def test_facts_before_the_entry_bear_on_nothing() -> None:
    story = {code: list(facts) for code, facts in bundles.province().items()}
    story[REGION].insert(3, story[REGION].pop(0))
    facts = told(examined(Maker(story).files(), key=LOG), "season.not_entered")
    assert (facts["region"], facts["seq"]) == (REGION, "1")


def test_an_extra_file_a_missing_one_and_one_that_has_no_place(sound: Files) -> None:
    extra = examined(sound | {"rules/lain.toml": b""}, key=LOG)
    assert told(extra, "file.unlisted") == {"file": "rules/lain.toml"}
    placeless = examined(bundles.listed(sound | {"catatan.txt": b""}), key=LOG)
    assert told(placeless, "file.unexpected") == {"file": "catatan.txt"}
    left = {name: held for name, held in sound.items() if name != NOTE}
    assert told(examined(left, key=LOG), "file.absent") == {"file": NOTE}
    assert told(examined(bundles.listed(left), key=LOG), "file.missing") == {"file": NOTE}


def test_a_manifest_that_tells_another_root_size_or_epoch(sound: Files) -> None:
    tenants = json.loads(sound["manifest.json"])["tenants"]
    for change in ({"root": "ab" * 32}, {"size": 3}, {"epoch": 2}):
        other = tenants | {REGION: tenants[REGION] | change}
        findings = examined(manifested(sound, tenants=other), key=LOG)
        assert told(findings, "heads.last") == {"region": REGION}
        assert {"note.tree", "note.origin"} & {*names(findings)}
