"""What the page says of a ranking, before any template prints it."""

from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from services.projection.pages import links, page
from services.projection.pages.page import Here, Page
from services.projection.read import Question, etag
from services.projection.views import (
    CutView,
    MovementView,
    PositionView,
    ProvinceView,
    RankingView,
    RowView,
    SeasonView,
)
from services.projection.wording import words_in
from shared.io import rulebook
from shared.io.pages.parts import Drawn, Sheet

THERE = timezone(timedelta(hours=8))
NOW = datetime(2025, 3, 17, 10, 15, 27, tzinfo=THERE)
LAST = datetime(2026, 8, 23, 23, 59, 59, tzinfo=THERE)
QUESTION = Question(province="63", year=2026)


def row(region: str, rank: int | None, name: str, **changed: Any) -> RowView:
    standing = RowView(
        rank=rank,
        tied=False,
        region=region,
        name=name,
        kind="kabupaten",
        score="47.04" if rank else None,
        predikat="Inovatif" if rank else "",
        movement=MovementView(places=0 if rank else None, words="tetap" if rank else ""),
        previous_rank=rank,
        reported=rank is not None,
        complete=True,
        rule_set="2026.1",
        innovations=12,
        rejected=0,
        affairs=5,
        agencies=None,
        agencies_total=None,
        target=None,
        target_gap=None,
        decree="",
        source="",
        sample=False,
        stated=False,
        cut=CutView(intake_seq=7, heard_seq=7, stopped_at=None),
        happened_at=NOW,
        known_at=NOW,
        blocked=False,
    )
    return msgspec.structs.replace(standing, **changed)


def view(*rows: RowView, **changed: Any) -> RankingView:
    year = changed.pop("year", 2026)
    standing = RankingView(
        province=ProvinceView(code="63", name="Kalimantan Selatan", time_zone="Asia/Makassar"),
        season=SeasonView(
            year=year,
            keeper="00",
            rule_set=f"{year}.1",
            rule_digest="d" * 64,
            closed=False,
            opened_at=NOW,
            frozen=False,
            opened=True,
            deadline=None,
        ),
        stage="mandiri",
        clock="happened",
        as_of=None,
        compared_with=NOW - timedelta(days=7),
        official=False,
        notice="Proyeksi, bukan hasil resmi Kemendagri",
        rows=rows,
        position=PositionView(cut={each.region: 7 for each in rows}, digest="e" * 64),
        generated_at=NOW,
    )
    return msgspec.structs.replace(standing, **changed)


def built(
    shown: RankingView, question: Question = QUESTION, highlight: str = "", language: str = "id"
) -> Sheet:
    rules = rulebook.rule_sets().get(shown.season.rule_set)
    return page.build(shown, question, rules, highlight, words_in(language), Here())


def inside(
    shown: RankingView, question: Question = QUESTION, highlight: str = "", language: str = "id"
) -> Page:
    """What the ranking's own templates are told."""
    sheet = built(shown, question, highlight, language)
    told = {each.template: each.told for each in sheet.parts if isinstance(each, Drawn)}
    page = told["table.html"]
    assert isinstance(page, Page)
    return page


TABALONG = row("63.09", 1, "Kabupaten Tabalong")
TANAH_BUMBU = row(
    "63.10", 2, "Kabupaten Tanah Bumbu", movement=MovementView(places=3, words="naik 3")
)
KOTABARU = row("63.02", 3, "Kabupaten Kotabaru")


def test_the_headline_names_the_leader_and_the_highlighted_region() -> None:
    shown = view(TABALONG, TANAH_BUMBU, KOTABARU)
    assert built(shown, highlight="63.02").headline == (
        "Kabupaten Tabalong memimpin dengan 47,04; Kabupaten Kotabaru di peringkat 3 dari 3."
    )


def test_without_one_it_names_who_rose_most_or_says_that_nobody_did() -> None:
    assert built(view(TABALONG, TANAH_BUMBU, KOTABARU)).headline == (
        "Kabupaten Tabalong memimpin dengan 47,04; "
        "Kabupaten Tanah Bumbu naik 3 ke peringkat 2 dari 3."
    )
    assert built(view(TABALONG, KOTABARU), language="en").headline == (
        "Kabupaten Tabalong leads with 47.04; nobody has risen since 10 March 2025."
    )


@pytest.mark.parametrize(
    ("changed", "indonesian", "english"),
    [
        ({}, "masih dibuka", "still open"),
        (
            {"deadline": LAST},
            "masih dibuka, batas akhir 23 Agustus 2026 pukul 23.59 WITA",
            "still open, deadline 23 August 2026 at 23:59 WITA",
        ),
        (
            {"deadline": LAST, "closed": True},
            "ditutup, batas akhir 23 Agustus 2026 pukul 23.59 WITA",
            "closed, deadline 23 August 2026 at 23:59 WITA",
        ),
        ({"closed": True}, "ditutup", "closed"),
        ({"opened": False, "opened_at": None}, "belum dibuka", "not opened yet"),
        (
            {"deadline": LAST, "closed": True, "frozen": True},
            "dibekukan, batas akhir 23 Agustus 2026 pukul 23.59 WITA",
            "frozen, deadline 23 August 2026 at 23:59 WITA",
        ),
    ],
)
def test_the_stamp_says_until_when_reporting_counts(
    changed: dict[str, Any], indonesian: str, english: str
) -> None:
    shown = view(TABALONG)
    shown = msgspec.structs.replace(shown, season=msgspec.structs.replace(shown.season, **changed))
    assert dict(built(shown).stamp)["Masa penilaian"] == indonesian
    assert dict(built(shown, language="en").stamp)["Season"] == english


def test_leaders_who_share_are_named_up_to_three() -> None:
    level = [row(f"63.0{place}", 1, name) for place, name in enumerate("ABCD")]
    assert built(view(*level[:2])).headline.startswith("A dan B berbagi peringkat 1; ")
    assert built(view(*level[:3])).headline.startswith("A, B dan C berbagi peringkat 1; ")
    assert built(view(*level)).headline.startswith("4 daerah berbagi peringkat 1; ")


@pytest.mark.parametrize(
    ("stage", "said"),
    [("mandiri", "Belum ada data"), ("final", "Belum ada hasil resmi yang ditetapkan")],
)
def test_an_empty_ranking_says_so(stage: str, said: str) -> None:
    silent = row("63.09", None, "Kabupaten Tabalong")
    assert built(view(silent, stage=stage)).headline.startswith(said)


def test_every_warning_comes_with_its_reason() -> None:
    kinds = {
        "projection": view(TABALONG),
        "sample": view(row("63.09", 1, "A", sample=True), stage="final"),
        "incomplete": view(row("63.09", 1, "A", complete=False)),
        "blocked": view(row("63.09", 1, "A", blocked=True)),
    }
    for kind, shown in kinds.items():
        notices = built(shown).notices
        assert kind in [notice.tone for notice in notices]
        assert all(notice.title and notice.why for notice in notices)
    assert built(view(TABALONG, stage="final", official=True, notice=None)).notices == []


def test_there_is_a_bar_on_the_scale_of_a_hundred_only() -> None:
    assert inside(view(TABALONG)).rows[0].bar == "47.04"
    assert inside(view(TABALONG)).axis_floors == ["65.01", "40.01"]
    before = inside(view(row("63.09", 1, "A", score="1462"), year=2020))
    assert (before.rows[0].bar, before.rows[0].score, before.axis_floors) == ("", "1.462", [])


def test_ties_zero_and_silence_read_as_they_should() -> None:
    tied = inside(view(row("63.09", 1, "A", tied=True), row("63.10", 1, "B", tied=True))).rows
    assert [each.rank for each in tied] == ["=1", "=1"]
    unplaced = inside(view(row("63.09", None, "A"), stage="final")).rows[0]
    assert (unplaced.rank, unplaced.movement, unplaced.score) == ("", "", "")


def test_a_source_is_a_link_only_where_it_is_one() -> None:
    for source, link in {
        "https://contoh.example/a": "https://contoh.example/a",
        "javascript:alert(1)": "",
        "Keputusan cetak": "",
    }.items():
        assert inside(view(row("63.09", 1, "A", source=source))).rows[0].source_link == link


def test_a_stopped_region_says_where_if_it_is_known() -> None:
    cut = CutView(intake_seq=7, heard_seq=9, stopped_at=8)
    at_eight = inside(view(row("63.09", 1, "A", blocked=True, cut=cut))).rows[0]
    assert at_eight.stopped == "tertahan pada peristiwa ke-8"
    assert at_eight.heard == "terdengar sampai ke-9"
    assert inside(view(row("63.09", 1, "A", blocked=True))).rows[0].stopped == "tertahan"


def test_the_permanent_link_spells_every_choice_out() -> None:
    assert links.permanent(view(TABALONG)) == (
        "/peringkat/63/2026?tahap=mandiri&per=2025-03-17T10:15:27%2B08:00&jam=diketahui"
        "&banding=2025-03-10T10:15:27%2B08:00"
    )
    then = datetime(2025, 2, 10, 23, 59, 59, tzinfo=THERE)
    assert "per=2025-02-10T23:59:59%2B08:00&jam=terjadi" in links.permanent(
        view(TABALONG, as_of=then)
    )


def test_the_json_link_asks_for_what_is_shown() -> None:
    question = Question(province="63", year=2026, as_of="2025-02-10", since="2025-01-01")
    assert links.same_view(view(TABALONG), question) == (
        "/v1/provinces/63/seasons/2026/ranking"
        "?stage=mandiri&as_of=2025-02-10&clock=happened&since=2025-01-01"
    )


def test_the_tag_follows_what_is_shown_and_not_when() -> None:
    shown = view(TABALONG)
    later = msgspec.structs.replace(
        shown, generated_at=NOW + timedelta(days=1), compared_with=NOW - timedelta(days=6)
    )
    assert etag(shown, question=QUESTION) == etag(later, question=QUESTION)
    moved = view(row("63.09", 2, "Kabupaten Tabalong"))
    assert etag(shown, question=QUESTION) != etag(moved, question=QUESTION)
    other = Question(province="63", year=2026, clock="known")
    assert etag(shown, question=QUESTION) != etag(shown, question=other)


def test_the_rules_basis_names_certainty_and_sources() -> None:
    shown = inside(view(TABALONG))
    named = {provision.name: provision for provision in shown.provisions}
    assert named["Pembagi paling kecil"].value == "12"
    assert named["Pembagi paling kecil"].marked == "dipastikan"
    assert named["Pembulatan"].marked == "disimpulkan"
    assert named["Tahapan inovasi yang dihitung"].marked == "belum diketahui"
    cited = {key for provision in shown.provisions for key in provision.sources}
    assert set(shown.cited) == cited


def test_every_published_rule_set_has_a_basis_in_both_languages() -> None:
    for rules in rulebook.rule_sets().values():
        for language in ("id", "en"):
            assert inside(view(TABALONG, year=rules.year), language=language).provisions


def test_a_moment_stays_in_the_form_as_it_was_given() -> None:
    form = inside(view(TABALONG), Question(province="63", year=2026, as_of="2025-02-10")).form
    assert (form.as_of, form.as_of_type, form.changed) == ("2025-02-10", "date", True)
    exact = Question(province="63", year=2026, since="2025-02-10T09:00:00+08:00")
    form = inside(view(TABALONG), exact).form
    assert (form.since_type, form.more) == ("text", True)
