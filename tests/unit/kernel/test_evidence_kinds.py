"""What kinds of file each year's rules ask for, by their own words."""

import pytest

from shared.io import rulebook
from shared.kernel.media import CSV, JPEG, LINK, MP4, PDF, PNG
from shared.kernel.rules import evidence_kinds, ruleset
from shared.kernel.rules.evidence_kinds import MEGABYTE, Asked
from shared.kernel.rules.ruleset import Row

ROWS = {
    (name, row.code): row
    for name, rules in rulebook.rule_sets().items()
    for row in (*ruleset.region_rows(rules), *ruleset.innovation_rows(rules))
}
ANY = Asked()


def asked(year: str, code: str) -> Asked:
    return evidence_kinds.asked(ROWS[f"{year}.1", code])


def text(row: Row) -> str:
    return " ".join(row.evidence.value or ())


@pytest.mark.parametrize("year", ["2021", "2022", "2023", "2024", "2025", "2026"])
def test_the_rows_of_an_innovation_ask_for_what_is_printed(year: str) -> None:
    assert asked(year, "SID-REGULASI") == Asked(media_types=frozenset({PDF}))
    pictures = Asked(media_types=frozenset({PDF, JPEG, PNG}))
    assert asked(year, "SID-ALAT_KERJA") == pictures
    assert asked(year, "SID-PEDOMAN") == pictures
    film = Asked(media_types=frozenset({MP4, LINK}), bytes_max=100 * MEGABYTE)
    assert asked(year, "SID-VIDEO") == film
    assert asked(year, "SID-INTEGRASI") == ANY


def test_what_names_no_kind_asks_for_none() -> None:
    assert asked("2026", "SPD-01") == Asked(media_types=frozenset({PDF}))
    assert asked("2026", "SPD-04").allows(CSV)
    unsaid = [row for row in ROWS.values() if row.evidence.value is None]
    assert unsaid
    assert {evidence_kinds.asked(row) for row in unsaid} == {ANY}


@pytest.mark.parametrize("kind", ["pdf", "jpg", "png", "mp4", " MB"])
def test_no_printed_word_is_overlooked(kind: str) -> None:
    """Over all rule files: a row whose text has the word asks for something."""
    naming = [row for row in ROWS.values() if kind in text(row)]
    assert naming
    for row in naming:
        found = evidence_kinds.asked(row)
        assert found.bytes_max if kind == " MB" else found.media_types, text(row)


def test_only_a_video_may_be_a_link_or_has_a_size() -> None:
    for row in ROWS.values():
        found = evidence_kinds.asked(row)
        video = "mp4" in text(row)
        assert (found.bytes_max is not None) == video
        assert (found.media_types is not None and LINK in found.media_types) == video
