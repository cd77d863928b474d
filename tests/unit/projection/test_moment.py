"""A moment someone asks about: a day's end in the province, or a second with its zone."""

from datetime import UTC, datetime, timedelta

import pytest

from services.projection.core import moment
from shared.kernel import clocks
from shared.kernel.errors import Refused

WITA = "Asia/Makassar"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("given", "zone", "until"),
    [
        ("2025-02-10", WITA, utc(2025, 2, 10, 16)),
        ("2025-02-10", "Asia/Jakarta", utc(2025, 2, 10, 17)),
        ("2025-02-10", "Asia/Jayapura", utc(2025, 2, 10, 15)),
        ("2024-02-29", WITA, utc(2024, 2, 29, 16)),
        (" 2025-12-31 ", WITA, utc(2025, 12, 31, 16)),
        ("2025-02-10T09:00:00+08:00", WITA, utc(2025, 2, 10, 1, 0, 1)),
        ("2025-02-10T09:00:00 08:00", WITA, utc(2025, 2, 10, 1, 0, 1)),
        ("2025-02-10T09:00:00.999999+08:00", WITA, utc(2025, 2, 10, 1, 0, 1)),
        ("2025-02-10T09:00Z", WITA, utc(2025, 2, 10, 9, 0, 1)),
    ],
)
def test_a_date_means_its_end_and_a_moment_its_whole_second(
    given: str, zone: str, until: datetime
) -> None:
    assert moment.parse(given, zone).until == until


@pytest.mark.parametrize(
    "given",
    [
        "",
        "kemarin",
        "10-02-2025",
        "20250210",
        "2025-W07-1",
        "2025-02-30",
        "2025-02-10T09:00:00",
        "2025-02-10T25:00:00+08:00",
        "2025-02-10T09:00:00+08",
        "2025-02-10T09:00:00+99:00",
        "2025-02-10 09:00:00+08:00",
        "9999-12-31",
        "9999-12-31T23:59:59-08:00",
        "0001-01-01T00:00:00+08:00",
        "0000-00-00",
        "0001-01-03",
        "1999-12-31",
        "２０２５-02-10",
        "2025-02-10\x00",
        "1" * 10_000,
    ],
)
def test_what_is_neither_is_refused_in_one_way(given: str) -> None:
    with pytest.raises(Refused) as refused:
        moment.parse(given, WITA)
    assert refused.value.reason == "ranking.unreadable_moment"


def test_what_is_printed_for_machines_means_the_same_moment_again() -> None:
    for given in ("2025-02-10", "2025-02-10T09:00:07+08:00"):
        asked = moment.parse(given, WITA)
        assert moment.parse(clocks.iso(asked.last_second, WITA), WITA) == asked


def test_an_earlier_moment_is_a_week_before() -> None:
    asked = moment.parse("2025-02-10", WITA)
    assert moment.earlier(asked).until == asked.until - timedelta(days=7)


@pytest.mark.parametrize(
    ("given", "language", "told"),
    [
        ("2025-03-17", "id", "17 Maret 2025 pukul 23.59 WITA"),
        ("2025-03-17", "en", "17 March 2025 at 23:59 WITA"),
        ("2025-08-01T09:00:00+08:00", "id", "1 Agustus 2025 pukul 09.00 WITA"),
        ("2025-08-01T09:00:15+08:00", "id", "1 Agustus 2025 pukul 09.00.15 WITA"),
        ("2025-08-01T20:00:00Z", "id", "2 Agustus 2025 pukul 04.00 WITA"),
    ],
)
def test_a_moment_is_read_aloud_on_the_provinces_clocks(
    given: str, language: str, told: str
) -> None:
    assert clocks.spoken(moment.parse(given, WITA).last_second, WITA, language) == told


def test_the_three_zones_have_their_letters() -> None:
    noon = utc(2025, 1, 1, 5)
    assert clocks.hour(noon, "Asia/Jakarta") == "12.00 WIB"
    assert clocks.hour(noon, WITA) == "13.00 WITA"
    assert clocks.hour(noon, "Asia/Jayapura") == "14.00 WIT"
