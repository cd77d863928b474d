"""`--replay`: JSON for the next program on the one stream, the verdict on the other."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deploy.verifier import periksa
from tests import bundles
from tests.bundles import Before, Files, Maker

REGION = "63.10"


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker(bundles.province())


@pytest.fixture(scope="module")
def sound(maker: Maker) -> Files:
    return maker.files()


def moment(second: int) -> str:
    return (bundles.START + timedelta(seconds=second)).isoformat()


def asked(
    files: Files, folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, list[dict[str, Any]], str]:
    """The status, the lines of JSON, and what was said beside them."""
    status = periksa.main([str(bundles.as_zip(files, folder)), *arguments])
    told = capsys.readouterr()
    return status, [json.loads(line) for line in told.out.splitlines()], told.err


@pytest.mark.parametrize("clock", periksa.CLOCKS)
def test_a_ranking_is_replayed_at_every_moment_asked_for(
    maker: Maker, sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: str
) -> None:
    moments = [f"--as-of={moment(second)}" for second in (0, 5, 500)]
    status, told, said = asked(
        sound, tmp_path, capsys, "--replay", "63/2026/mandiri", "--clock", clock, *moments
    )
    assert status == 0
    assert said.startswith("Semua cocok: ")
    assert [len(one["rows"]) for one in told] == [13] * 3
    for second, one in zip((0, 5, 500), told, strict=True):
        end = bundles.START + timedelta(seconds=second + 1)
        before = Before(known=end) if clock == "known" else Before(happened=end)
        expected = bundles.ranking_of(maker.logs, "mandiri", before)["rows"]
        assert [(row["region"], row["rank"], Decimal(row["index"])) for row in one["rows"]] == [
            (row["region"], row["rank"], Decimal(row["index"])) for row in expected
        ]
        assert (one["happened_until"] is None) == (clock == "known")
    assert told[0]["rows"] != told[2]["rows"]


def test_nothing_is_known_later_than_the_bundle_is(
    sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, told, _ = asked(
        sound, tmp_path, capsys, "--replay", "63.10/2026", "--as-of", "2030-01-01T00:00:00Z"
    )
    manifest = json.loads(sound["manifest.json"])
    assert [one["known_until"] for one in told] == [manifest["known_until"]]


def test_a_region_that_never_spoke_has_an_empty_state(
    sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, (told,), _ = asked(
        sound, tmp_path, capsys, "--replay", f"{bundles.SILENT}/2026", "--as-of", moment(500)
    )
    assert status == 0
    assert (told["levels"], told["innovations"], told["rule_set"]) == ({}, {}, None)
    assert told["index"] == {"mandiri": "0", "terverifikasi": "0", "final": None}


def test_what_is_not_sound_is_not_replayed(
    sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"events/{REGION}.ndjson"
    changed = bundles.listed({**sound, name: sound[name].replace(b"mandiri", b"mandirI", 1)})
    status, told, said = asked(
        changed, tmp_path, capsys, "--replay", "63.10/2026", "--as-of", moment(500)
    )
    assert (status, told) == (1, [])
    assert REGION in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--replay", "63/2026/mandiri"], "63/2026/mandiri"),
        (["--replay", "63/2026/akhir", "--as-of", moment(1)], "63/2026/akhir"),
        (["--replay", "63.10", "--as-of", moment(1)], "63.10"),
        (["--replay", "63.10/2026", "--as-of", "2026-02-10"], "2026-02-10"),
        (["--replay", "62/2026/mandiri", "--as-of", moment(1)], "62"),
        (["--replay", "63.10/2026/mandiri", "--as-of", moment(1)], "63.10"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_replayed_is_told(
    sound: Files,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    named: str,
) -> None:
    status, told, said = asked(sound, tmp_path, capsys, *arguments, "--english")
    assert (status, told) == (2, [])
    assert named in said
    assert said.count("\n") == 1


def test_a_region_elsewhere_cannot_be_replayed(
    maker: Maker, sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bundle of one region: its neighbours are known by their heads alone."""
    manifest = json.loads(sound["manifest.json"])
    kept = {code: told for code, told in manifest["tenants"].items() if code in ("00", REGION)}
    manifest |= {"tenants": kept, "scope": [REGION]}
    others = [code for code in maker.logs if code not in kept]
    gone = {f"events/{code}.ndjson" for code in others}
    gone |= {f"checkpoints/{code}.note" for code in others}
    files = {name: content for name, content in sound.items() if name not in gone}
    files["manifest.json"] = json.dumps(manifest).encode()
    files = bundles.listed(files)
    at = ["--as-of", moment(500)]
    status, told, _ = asked(files, tmp_path, capsys, "--replay", f"{REGION}/2026", *at)
    assert (status, len(told)) == (0, 1)
    status, told, said = asked(files, tmp_path, capsys, "--replay", "63/2026/mandiri", *at)
    assert (status, told) == (2, [])
    assert "63.01" in said
