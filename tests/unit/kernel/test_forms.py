"""The year's form as data: its items, what they ask for, and bytes that nobody edits."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.io import rulebook
from shared.kernel import profiles
from shared.kernel.errors import Failure
from shared.kernel.events.innovation import Attachment, Profile
from shared.kernel.rules import forms

FORM = rulebook.form_for_year(2026)
ITEMS = {item.field: item for item in FORM.items}
PROFILE = Profile(name="TAPIS", tahapan="penerapan", main_urusan=2)
FOLDER = rulebook.RULES / "forms"


def test_the_form_of_2026_has_its_twenty_two_items() -> None:
    assert len(FORM.items) == 22
    assert {"asta_cita", "pkpn", "klasifikasi", "koordinat"} <= set(ITEMS)


@pytest.mark.parametrize(
    ("year", "known"), [(2018, 2024), (2024, 2024), (2025, 2024), (2026, 2026), (2029, 2026)]
)
def test_a_year_without_a_form_of_its_own_has_the_last_one_known(year: int, known: int) -> None:
    assert rulebook.form_for_year(year).year == known


@pytest.mark.parametrize("form", rulebook.forms(), ids=lambda form: str(form.year))
def test_what_a_profile_always_is_may_also_be_chosen(form: forms.Form) -> None:
    """The kinds that every profile knows and the lists of the year agree."""
    fixed = {
        "tahapan": profiles.TAHAPAN,
        "bentuk": profiles.BENTUK,
        "jenis": profiles.JENIS,
        "inisiator": profiles.INISIATOR,
    }
    for item in form.items:
        if item.field in fixed:
            assert {choice.code for choice in item.choices} == set(fixed[item.field]) - {""}
        assert item.kind not in ("choice", "choices") or item.choices
        assert item.certainty == "unknown" or item.sources


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("name", {"name": " "}),
        ("asta_cita", {"asta_cita": ()}),
        ("koordinat", {"latitude": None}),
        ("implementation_date", {"implementation_date": None}),
        ("anggaran", {"attachments": ()}),
    ],
)
def test_what_is_not_filled(field: str, changed: dict[str, object]) -> None:
    assert not forms.is_filled(ITEMS[field], replace(PROFILE, **changed))


def test_an_attachment_fills_its_own_item_alone() -> None:
    file = Attachment(kind="anggaran", sha256="a" * 64)
    filled = replace(PROFILE, attachments=(file,))
    assert forms.is_filled(ITEMS["anggaran"], filled)
    assert not forms.is_filled(ITEMS["profil_bisnis"], filled)


def test_what_is_due_depends_on_the_stage() -> None:
    idea = replace(PROFILE, tahapan="inisiatif")
    assert forms.is_due(ITEMS["outcome"], PROFILE)
    assert not forms.is_due(ITEMS["outcome"], idea)
    assert forms.is_due(ITEMS["purpose"], idea)
    assert not forms.is_due(ITEMS["anggaran"], PROFILE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('field     = "name"', 'field     = "nama"'),
        ('field     = "jenis"', 'field     = "bentuk"'),
        ('sources   = ["SIM", "HUB"]', 'sources   = ["ENTAH"]'),
        ("year = 2026", "year = 2026\nedited = true"),
    ],
)
def test_a_form_that_is_amiss_is_corrupt(old: str, new: str) -> None:
    raw = (FOLDER / "2026.toml").read_text(encoding="utf-8")
    assert old in raw
    with pytest.raises(Failure, match=r"form\."):
        forms.decode(raw.replace(old, new, 1).encode())


def test_a_form_that_was_edited_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    shutil.copytree(FOLDER, folder)
    assert rulebook.forms(folder) == rulebook.forms()
    edited = tmp_path / "edited"
    shutil.copytree(FOLDER, edited)
    file = edited / "2026.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(Failure, match=r"rulebook\.edited_after_publication"):
        rulebook.forms(edited)
