"""Bulk work from the command line: folders and spreadsheets, said in Indonesian or as JSON."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from deploy.client import __main__ as command_line
from deploy.client import folder, wire
from tests import papers, spreadsheets
from tests.system import System

REGION, YEAR = "63.10", 2026


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(YEAR, "2026.1")
        yield system


def run(system: System, *arguments: str, url: str = "") -> int:
    key = system.key(REGION, "region_admin")
    whose = ["--url", url or system.url("intake"), "--key", key, "--region", REGION]
    return command_line.main([*arguments, *whose])


def files(tmp_path: Path) -> Path:
    bukti = tmp_path / "bukti"
    (bukti / "dalam").mkdir(parents=True)
    (bukti / "sk.pdf").write_bytes(papers.pdf("satu"))
    (bukti / "dalam" / "foto.PDF").write_bytes(papers.pdf("dua"))
    (bukti / ".tersembunyi.pdf").write_bytes(papers.pdf("tiga"))
    return bukti


def test_a_folder_is_handed_in_once_however_often_it_is_sent(
    system: System, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bukti = files(tmp_path)
    assert run(system, "upload", str(bukti)) == 0
    assert "2 berkas: 2 terunggah, 0 sudah ada, 0 ditolak." in capsys.readouterr().out
    assert run(system, "upload", str(bukti), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["path"], one["outcome"]) for one in told] == [
        ("dalam/foto.PDF", "present"),
        ("sk.pdf", "present"),
    ]
    (bukti / "makro.xlsm").write_bytes(b"PK\x03\x04")
    assert run(system, "upload", str(bukti)) == 1
    assert "1 ditolak" in capsys.readouterr().out


def test_a_large_file_goes_on_where_it_broke_off(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.client.evidence.WHOLE_BYTES_MAX", 10)
    bukti = tmp_path / "besar"
    bukti.mkdir()
    (bukti / "besar.pdf").write_bytes(papers.pdf("besar"))
    assert run(system, "upload", str(bukti)) == 0
    assert run(system, "upload", str(bukti)) == 0


def test_a_spreadsheet_is_fetched_checked_and_handed_in(
    system: System, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "inovasi.xlsx"
    year = ("--year", str(YEAR))
    assert run(system, "workbook", "get", str(file), *year) == 0
    header = spreadsheets.opened(file.read_bytes())["Inovasi"][0]
    told = {"Kode Inovasi": "tapis", "Nama Inovasi": "Tapis", "Tahapan Inovasi": "Penerapan"}
    for title, value in told.items():
        change(file, title, value)
    # What was filled in is not lost by fetching it again.
    filled = file.read_bytes()
    assert run(system, "workbook", "get", str(file), *year) == 1
    assert file.read_bytes() == filled
    capsys.readouterr()
    assert run(system, "workbook", "check", str(file), *year) == 1
    said = capsys.readouterr().out
    affair = f"Inovasi!{chr(ord('A') + header.index('Urusan Utama'))}2"
    assert f"{affair}: sel ini wajib diisi." in said
    change(file, "Urusan Utama", "2")
    before = system.heads()
    assert run(system, "workbook", "check", str(file), *year) == 0
    assert system.heads() == before
    assert run(system, "workbook", "put", str(file), *year) == 0
    assert "1 baris baru" in capsys.readouterr().out
    after = system.heads()
    assert run(system, "workbook", "put", str(file), *year, "--json", "--group", "innovation") == 0
    assert json.loads(capsys.readouterr().out)["recorded"] == 0
    assert system.heads() == after


def change(file: Path, title: str, value: Any) -> None:
    content = spreadsheets.changed(file.read_bytes(), ("Inovasi", 1, title, value))
    file.write_bytes(content)


def test_what_goes_wrong_has_a_code_of_its_own(
    system: System,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "rusak.xlsx"
    file.write_bytes(b"bukan buku kerja")
    year = ("--year", str(YEAR))
    assert run(system, "workbook", "put", str(file), *year) == 1
    assert "bukan buku kerja XLSX" in capsys.readouterr().err
    assert run(system, "workbook", "put", str(tmp_path / "tidak-ada.xlsx"), *year) == 1
    with pytest.raises(SystemExit) as ended:
        run(system, "upload", str(file))
    assert ended.value.code == 2
    monkeypatch.setattr(wire, "ATTEMPTS_MAX", 1)
    away = "http://127.0.0.1:9"
    assert run(system, "workbook", "put", str(file), *year, url=away) == 3
    assert run(system, "upload", str(files(tmp_path)), url=away) == 3
    assert "tidak menjawab" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--key", "kunci”"), "kunci memuat tanda yang tidak ada pada kunci API"),
        (("--key", "jejak a"), "kunci memuat tanda yang tidak ada pada kunci API"),
        (("--url", "intake.example"), "bukan alamat http:// atau https://"),
        (("--url", "ftp://intake.example"), "bukan alamat http:// atau https://"),
        (("--url", "http://"), "bukan alamat http:// atau https://"),
    ],
)
def test_what_no_header_or_address_can_be_is_told_before_anything_is_sent(
    given: tuple[str, str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = {"--url": "http://127.0.0.1:9", "--key": "jejak_a_b", "--region": "63.10"}
    whose = [word for pair in {**rest, given[0]: given[1]}.items() for word in pair]
    with pytest.raises(SystemExit) as ended:
        command_line.main(["upload", str(tmp_path), *whose])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert told in said
    assert given[0] == "--url" or given[1] not in said


def test_types_follow_from_names() -> None:
    told = {name: folder.media_type(Path(name)) for name in ("a.PDF", "b.jpeg", "c.exe", "d")}
    assert list(told.values()) == [
        "application/pdf",
        "image/jpeg",
        "application/octet-stream",
        "application/octet-stream",
    ]
