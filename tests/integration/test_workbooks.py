"""A season as a spreadsheet through real HTTP: out, filled, checked, recorded, once and again."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from tests import spreadsheets
from tests.system import PDF_SHA256, PROFILE, System, must_be_problem

YEAR = 2026
REGION = "63.10"
WHO = (REGION, "region_admin")
PATH = f"/v1/regions/{REGION}/seasons/{YEAR}/workbook"


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(YEAR, "2026.1")
        system.upload(REGION)
        yield system


def template(system: System, region: str = REGION, query: str = "") -> bytes:
    path = f"/v1/regions/{region}/seasons/{YEAR}/workbook{query}"
    response = system.send((region, "region_admin"), "GET", path)
    assert response.status_code == 200, response.text
    return response.content


def send(
    system: System,
    content: bytes,
    *,
    dry_run: bool = False,
    group: str = "all",
    region: str = REGION,
    key: str = "",
    language: str = "id",
) -> dict[str, Any]:
    path = f"/v1/regions/{region}/seasons/{YEAR}/workbook?dry_run={dry_run}&group={group}".lower()
    given = {**spreadsheets.HEADERS, "Accept-Language": language}
    if key:
        given["Idempotency-Key"] = key
    response = system.send((region, "region_admin"), "POST", path, content, given)
    told: dict[str, Any] = response.json()
    if response.status_code == 422:
        must_be_problem(response, 422)
        assert told["title"] == "workbook.refused", told
        assert not dry_run
        told = told["answer"]
        assert told["wrongs"]
        assert told["recorded"] == 0
    else:
        partly = told["refused"] and not dry_run
        settled = 201 if told["recorded"] and not dry_run else 200
        assert response.status_code == (207 if partly else settled)
    assert all(one["outcome"] != "unchanged" for one in told["rows"])
    return told


def row(code: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "Kode Inovasi": code,
        "Nama Inovasi": name,
        "Tahapan Inovasi": "Penerapan",
        "Urusan Utama": "2 Kesehatan",
        "Waktu Penerapan": date(2025, 3, 1),
        **more,
    }


def claim(code: str, indicator: str, level: str, files: str = PDF_SHA256) -> dict[str, Any]:
    return {
        "Kode Inovasi": code,
        "Kode Indikator": indicator,
        "Tingkat": level,
        "Sidik Berkas": files,
        "Nomor Dokumen": "0812",
    }


def filled(content: bytes, **sheets: list[dict[str, Any]]) -> bytes:
    """New rows behind those that are there."""
    cells = spreadsheets.opened(content)
    for sheet, rows in sheets.items():
        header = cells[sheet][0]
        cells[sheet].extend([given.get(title, "") for title in header] for given in rows)
    return spreadsheets.saved(cells)


def place(content: bytes, sheet: str, title: str, code: str) -> str:
    """The name of the cell of that column in the last row that begins with a code."""
    cells = spreadsheets.opened(content)[sheet]
    column = chr(ord("A") + cells[0].index(title))
    number = max(n for n, one in enumerate(cells) if one[0] == code)
    return f"{sheet}!{column}{number + 1}"


def test_filled_checked_recorded_and_sent_again(system: System) -> None:
    """The whole way: what a dry run tells is what is recorded, and the second time nothing is."""
    content = filled(
        template(system),
        Inovasi=[row("uji-satu", "Uji satu"), row("uji-dua", "=Uji(dua)")],
        Indikator=[claim("uji-satu", "SID-REGULASI", "2"), claim("uji-dua", "SID-VIDEO", "3")],
    )
    before = system.heads()
    checked = send(system, content, dry_run=True)
    assert system.heads() == before
    assert (checked["new"], checked["changed"], checked["refused"]) == (4, 0, 0)
    assert checked["wrongs"] == []
    told = send(system, content)
    assert {**checked, "recorded": 5} | {"dry_run": False, "detail": "", "groups": []} == {
        **told,
        "detail": "",
        "groups": [],
    }
    assert told["groups"][0]["receipt"]["recorded"] == 5  # with the entry into the season
    after = system.heads()
    again = send(system, content)
    assert (again["recorded"], again["new"], again["changed"], again["refused"]) == (0, 0, 0, 0)
    assert "sudah tercatat" in again["detail"]
    assert system.heads() == after


def test_what_comes_out_goes_in_again_unchanged(system: System) -> None:
    send(
        system,
        filled(
            template(system),
            Inovasi=[row("keluar", "- satu\ndua", Tujuan=" ")],
            Indikator=[claim("keluar", "SID-REGULASI", "1")],
        ),
    )
    content = template(system)
    assert content == template(system)
    told = send(system, content, dry_run=True)
    assert (told["new"], told["changed"], told["refused"], told["wrongs"]) == (0, 0, 0, [])
    assert told["unchanged"] > 20
    told = send(system, spreadsheets.saved(spreadsheets.opened(content)))
    assert (told["recorded"], told["wrongs"]) == (0, [])


def test_every_wrong_cell_is_named_at_once(system: System) -> None:
    content = filled(
        template(system),
        Inovasi=[
            row("salah-satu", "Salah", **{"Tahapan Inovasi": "Dipakai"}),
            row("salah-dua", "Salah", **{"Waktu Penerapan": "31/02/2025", "Asta Cita": "9"}),
            row("Salah Tiga", "Salah"),
        ],
        Indikator=[claim("salah-satu", "SID-REGULASI", "4", "f" * 64)],
        Daerah=[claim("", "SPD-99", "1")],
    )
    before = system.heads()
    told = send(system, content)
    assert system.heads() == before
    wrongs = {wrong["cell"]: wrong for wrong in told["wrongs"]}
    stage = place(content, "Inovasi", "Tahapan Inovasi", "salah-satu")
    assert wrongs[stage]["detail"] == (
        f"{stage}: Dipakai tidak ada dalam daftar. Pilihan: Inisiatif; Uji Coba; Penerapan."
    )
    assert {
        place(content, "Inovasi", "Waktu Penerapan", "salah-dua"),
        place(content, "Inovasi", "Asta Cita", "salah-dua"),
        place(content, "Inovasi", "Kode Inovasi", "Salah Tiga"),
        place(content, "Indikator", "Tingkat", "salah-satu"),
        place(content, "Indikator", "Sidik Berkas", "salah-satu"),
    } < set(wrongs)
    assert {wrong["reason"] for wrong in wrongs.values()} == {
        "cell.choice",
        "cell.date",
        "cell.level",
        "evidence.not_uploaded",
        "innovation.name_malformed",
        "indicator.unknown",
    }
    english = send(system, content, dry_run=True, language="en")
    assert any("is not in the list" in wrong["detail"] for wrong in english["wrongs"])


def test_a_file_is_recorded_whole_or_not_at_all(system: System) -> None:
    content = filled(
        template(system),
        Inovasi=[row("utuh-satu", "Utuh"), row("utuh-dua", "Utuh", **{"Urusan Utama": "39"})],
    )
    before = system.heads()
    told = send(system, content)
    assert system.heads() == before
    assert (told["recorded"], told["new"], told["refused"]) == (0, 0, 2)


def test_an_innovation_is_recorded_whole_or_not_at_all(system: System) -> None:
    """Its row and its indicators together; its neighbours do not suffer."""
    content = filled(
        template(system),
        Inovasi=[row(f"sendiri-{name}", "Sendiri") for name in ("satu", "dua", "tiga")],
        Indikator=[
            # Wrong to whoever reads it.
            claim("sendiri-tiga", "SID-REGULASI", "9"),
            claim("sendiri-satu", "SID-REGULASI", "1"),
            claim("sendiri-dua", "SID-REGULASI", "1"),
            # Wrong only to whoever decides it: a level needs a file.
            claim("sendiri-dua", "SID-VIDEO", "2", ""),
        ],
    )
    cells = spreadsheets.opened(content)
    cells["Indikator"][-1][cells["Indikator"][0].index("Nomor Dokumen")] = ""
    told = send(system, spreadsheets.saved(cells), group="innovation")
    assert (told["recorded"], told["new"], told["refused"]) == (2, 2, 5)
    reasons = {wrong["reason"] for wrong in told["wrongs"]}
    assert reasons == {"cell.level", "evidence.required"}
    path = PATH.replace("workbook", "innovations/")
    assert system.send(WHO, "GET", path + "sendiri-satu").status_code == 200
    for name in ("sendiri-dua", "sendiri-tiga"):
        assert system.send(WHO, "GET", path + name).status_code == 404


def test_what_was_refused_is_looked_at_again_under_the_same_key(system: System) -> None:
    """Each group has its own key, by its name and not by its place in the file."""
    named = ("kunci-baru", "kunci-kopi", "kunci-teh", "kunci-lain")
    content = filled(
        template(system),
        # Two rows that belong to nothing are two groups, and one when the innovation is there.
        Indikator=[
            claim("kunci-baru", "SID-VIDEO", "1"),
            *(claim(name, "SID-REGULASI", "1") for name in named),
        ],
    )
    for name in ("kunci-kopi", "kunci-teh"):
        system.register(REGION, YEAR, name)
    told = send(system, content, group="innovation", key="kunci-grup")
    assert (told["recorded"], told["refused"]) == (2, 3)
    for name in ("kunci-baru", "kunci-lain"):
        system.register(REGION, YEAR, name)
    again = send(system, content, group="innovation", key="kunci-grup")
    assert (again["new"], again["refused"]) == (3, 0), again
    assert {one["name"] for one in again["groups"] if one.get("receipt")} >= set(named)
    stands = {
        subject
        for (subject,) in system.query(
            "select split_part(stream, '/', 3) from intake.event"
            " where tenant = %s and topic = 'indicator.claimed.1'",
            REGION,
        )
    }
    assert set(named) <= stands
    settled = send(system, content, group="innovation", key="kunci-grup")
    assert settled == send(system, content, group="innovation", key="kunci-grup")


def test_what_a_colleague_writes_while_a_file_is_taken_is_not_written_over(system: System) -> None:
    """The file changes one column; whatever else stands by then stays."""
    system.register(REGION, YEAR, "bersama")
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations/bersama"
    content = template(system)
    row_number = next(
        number
        for number, one in enumerate(spreadsheets.opened(content)["Inovasi"])
        if one[0] == "bersama"
    )
    changed = spreadsheets.changed(
        content, ("Inovasi", row_number, "Nama Inovasi", "Dinamai berkas")
    )
    purposes = [f"Tujuan {number}" for number in range(12)]

    def colleague() -> None:
        for purpose in purposes:
            held = system.send(WHO, "GET", path)
            profile = {**held.json()["profile"], "purpose": purpose}
            profile.pop("attachments", None)
            system.send(WHO, "PUT", path, {"profile": profile}, {"If-Match": held.headers["ETag"]})

    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(colleague)
        send(system, changed, group="innovation", key="bersama")
        writing.result()
    profiles = [
        json.loads(bytes(state))["profile"]
        for (state,) in system.query(
            "select state from intake.event where tenant = %s and stream = %s order by version",
            REGION,
            f"innovation/{YEAR}/bersama",
        )
    ]
    assert "Dinamai berkas" in {profile["name"] for profile in profiles}
    told = [profile.get("purpose", "") for profile in profiles]
    # Nobody goes back to what stood before: an older purpose never follows a newer one.
    places = [purposes.index(purpose) for purpose in told if purpose in purposes]
    assert places == sorted(places)


def test_a_cell_changed_on_both_sides_is_told_and_neither_wins(system: System) -> None:
    send(system, filled(template(system), Inovasi=[row("berdua", "Berdua")]))
    content = template(system)
    path = PATH.replace("workbook", "innovations/berdua")
    version = system.send(WHO, "GET", path).headers["etag"]
    profile = {**PROFILE, "name": "Dari API", "purpose": "Dari API"}
    system.must(WHO, "PUT", path, {"profile": profile}, {"If-Match": version})
    rows = spreadsheets.opened(content)["Inovasi"]
    number = next(n for n, one in enumerate(rows) if one[0] == "berdua")
    told = send(system, content)
    assert (told["recorded"], told["wrongs"]) == (0, [])
    mine = spreadsheets.changed(content, ("Inovasi", number, "Manfaat Inovasi", "Dari berkas"))
    assert send(system, mine)["wrongs"][0]["reason"] == "cell.changed_meanwhile"
    mine = spreadsheets.changed(content, ("Inovasi", number, "Program PKPN", "Dari berkas"))
    assert send(system, mine)["recorded"] == 1
    held = system.must(WHO, "GET", path)["profile"]
    assert (held["name"], held["pkpn_programme"]) == ("Dari API", "Dari berkas")


def test_formulas_are_named_and_not_believed(system: System) -> None:
    content = filled(template(system), Inovasi=[row("rumus", "{=1+6}")])
    (wrong,) = send(system, content, dry_run=True)["wrongs"]
    assert wrong["cell"] == place(content, "Inovasi", "Nama Inovasi", "rumus")
    assert wrong["reason"] == "cell.formula"


def test_the_same_key_is_answered_the_same_whatever_has_changed_since(system: System) -> None:
    content = filled(template(system), Inovasi=[row("kunci", "Kunci")])
    for group in ("all", "innovation"):
        name = f"kunci-{group}"
        mine = filled(template(system), Inovasi=[row(name, "Kunci")])
        first = send(system, mine, group=group, key=name)
        path = PATH.replace("workbook", f"innovations/{name}")
        version = system.send(WHO, "GET", path).headers["etag"]
        system.must(WHO, "PUT", path, {"profile": PROFILE}, {"If-Match": version})
        again = send(system, mine, group=group, key=name)
        assert again == first
        assert again["recorded"] > 0
    before = system.heads()
    wrong = filled(template(system), Inovasi=[row("kunci-salah", "K", **{"Urusan Utama": "39"})])
    assert send(system, wrong, key="kunci-mendingan")["recorded"] == 0
    assert send(system, content, key="kunci-mendingan")["recorded"] > 0
    assert system.heads() != before
    reused = system.send(
        WHO,
        "POST",
        PATH + "?group=all",
        content,
        {**spreadsheets.HEADERS, "Idempotency-Key": "kunci-all"},
    )
    must_be_problem(reused, 422)
    assert reused.json()["title"] == "idempotency.key_reused"


def test_one_agency_gets_its_own_innovations(system: System) -> None:
    agency = PATH.replace("workbook", "agencies/dinkes")
    system.must(WHO, "PUT", agency, {"name": "Dinas Kesehatan", "kind": "dinas"})
    rows = [row("punya-dinkes", "A", **{"Perangkat Daerah": "dinkes"}), row("bukan-dinkes", "B")]
    send(system, filled(template(system), Inovasi=rows))
    cells = spreadsheets.opened(template(system, query="?agency=dinkes"))
    assert [one[0] for one in cells["Inovasi"][1:]] == ["punya-dinkes"]
    assert cells["Inovasi"][1][-1] == "dinkes Dinas Kesehatan"
    assert len(cells["Daerah"]) == 1
    must_be_problem(system.send(WHO, "GET", PATH + "?agency=lain"), 404)


def test_csv_has_the_ministrys_columns_and_nothing_a_spreadsheet_would_run(
    system: System,
) -> None:
    send(system, filled(template(system), Inovasi=[row("csv", '=HYPERLINK("a";"b")')]))
    response = system.send(WHO, "GET", PATH.replace("workbook", "innovations.csv"))
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert list(rows[0])[:3] == ["Kode Inovasi", "Nama Inovasi", "Tahapan Inovasi"]
    told = next(one for one in rows if one["Kode Inovasi"] == "csv")
    assert told["Nama Inovasi"] == '\'=HYPERLINK("a";"b")'
    response = system.send(WHO, "GET", PATH.replace("workbook", "indicators.csv"))
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert {one["Kode Indikator"] for one in rows if not one["Kode Inovasi"]} > {"SPD-01"}


def test_only_the_regions_own_key_and_only_a_workbook(system: System) -> None:
    content = template(system)
    must_be_problem(system.send(("63.11", "region_admin"), "GET", PATH), 404)
    must_be_problem(
        system.send((REGION, "verifier"), "POST", PATH, content, spreadsheets.HEADERS), 403
    )
    given = {"Content-Type": "application/octet-stream"}
    must_be_problem(system.send(WHO, "POST", PATH, content, given), 415)
    huge = system.send(WHO, "POST", PATH, bytes(16 * 1024 * 1024 + 1), spreadsheets.HEADERS)
    must_be_problem(huge, 413)
    broken = system.send(WHO, "POST", PATH, content[:5000], spreadsheets.HEADERS)
    must_be_problem(broken, 422)
    assert broken.json()["title"] == "workbook.broken"
    other = PATH.replace("2026", "2027")
    system.open_season(2027, "2027.1")
    answer = system.send(WHO, "POST", other, content, spreadsheets.HEADERS)
    must_be_problem(answer, 422)
    assert answer.json()["title"] == "workbook.of_another"
    ahead = spreadsheets.opened(content)
    for told in ahead["Petunjuk"]:
        if told[0] == "Posisi log":
            told[1] = "999999"
    answer = system.send(WHO, "POST", PATH, spreadsheets.saved(ahead), spreadsheets.HEADERS)
    assert answer.json()["title"] == "workbook.ahead"
