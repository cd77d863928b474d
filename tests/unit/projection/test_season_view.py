"""Whether a season was open at a moment, by each clock."""

from datetime import UTC, datetime

import msgspec

from services.projection import read
from services.projection.core.moment import Moment
from services.projection.tables import Clock, Said, Season
from services.projection.views import SeasonView
from shared.kernel.events.season import SeasonClosed, SeasonOpened

CLOSED_AT = datetime(2024, 8, 22, tzinfo=UTC)
SEASON = Season(
    keeper="00",
    year=2024,
    rule_set="2024.1",
    rule_digest="d",
    letter="400/1",
    opened_at=datetime(2024, 6, 1, tzinfo=UTC),
    opened_known_at=datetime(2026, 6, 1, tzinfo=UTC),
    said=(
        Said(
            seq=1,
            event=SeasonOpened(year=2024, rule_set="2024.1", rule_digest="d", letter="400/1"),
            happened_at=datetime(2024, 6, 1, tzinfo=UTC),
            known_at=datetime(2026, 6, 1, tzinfo=UTC),
        ),
        Said(
            seq=2,
            event=SeasonClosed(year=2024, at=CLOSED_AT),
            happened_at=CLOSED_AT,
            known_at=datetime(2026, 6, 1, tzinfo=UTC),
        ),
    ),
)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
BETWEEN = Moment(until=datetime(2025, 1, 1, tzinfo=UTC))
AFTER = Moment(until=datetime(2026, 7, 1, tzinfo=UTC))


def _closed(until: Moment | None, clock: str) -> bool:
    asked: Clock = "known" if clock else "happened"
    return read.season_view(SEASON, "Asia/Makassar", NOW, asked, until).closed


def test_as_it_happened_the_season_closed_when_it_closed() -> None:
    assert not _closed(Moment(until=datetime(2024, 7, 1, tzinfo=UTC)), "")
    assert _closed(BETWEEN, "")
    assert _closed(None, "")


def _told(until: Moment | None, clock: Clock = "happened") -> SeasonView:
    return read.season_view(SEASON, "Asia/Makassar", NOW, clock, until)


def test_before_it_was_opened_there_is_no_opening() -> None:
    before = _told(Moment(until=datetime(2024, 6, 1, tzinfo=UTC)))
    assert (before.opened, before.opened_at, before.letter) == (False, None, "")
    assert (before.closed, before.deadline) == (False, None)
    on_the_day = _told(Moment(until=datetime(2024, 6, 1, 0, 0, 1, tzinfo=UTC)))
    assert (on_the_day.opened, on_the_day.letter) == (True, "400/1")
    assert on_the_day.opened_at == datetime(2024, 6, 1, tzinfo=UTC)
    assert not _told(BETWEEN, "known").opened
    assert _told(None).opened


def test_a_closing_that_did_not_say_when_has_no_deadline() -> None:
    said = (
        SEASON.said[0],
        msgspec.structs.replace(SEASON.said[1], event=SeasonClosed(year=2024)),
    )
    told = read.season_view(
        msgspec.structs.replace(SEASON, said=said), "Asia/Makassar", NOW, "happened", None
    )
    assert (told.closed, told.deadline) == (True, None)


def test_as_it_was_known_the_season_closed_when_that_was_recorded() -> None:
    assert not _closed(BETWEEN, "known")
    assert _closed(AFTER, "known")
