"""Who is a region, in which cluster, and under which code on which day."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from shared.io import rulebook
from shared.kernel import regions
from shared.kernel.errors import Corrupt, Missing

REGISTER = rulebook.regions()
BEFORE = date(2021, 12, 23)
AFTER = date(2023, 1, 1)


def kernel_file(name: str) -> bytes:
    return (rulebook.KERNEL / name).read_bytes()


def test_the_list_has_552_codes_of_38_provinces_416_kabupaten_and_98_kota() -> None:
    kinds = [region.kind for region in REGISTER.regions]
    assert len({region.code for region in REGISTER.regions}) == 552
    assert [kinds.count(kind) for kind in ("provinsi", "kabupaten", "kota")] == [38, 416, 98]


def test_546_regions_are_assessed_in_three_national_clusters() -> None:
    assert len(regions.subjects(REGISTER)) == 546
    assert len(regions.subjects(REGISTER, kind="provinsi")) == 38
    assert len(regions.subjects(REGISTER, kind="kabupaten")) == 415
    assert len(regions.subjects(REGISTER, kind="kota")) == 93


def test_the_six_units_of_jakarta_are_listed_but_not_assessed() -> None:
    left_out = [region.code for region in REGISTER.regions if not region.subject]
    assert left_out == ["31.01", "31.71", "31.72", "31.73", "31.74", "31.75"]
    assert regions.of_province(REGISTER, "31") == ()


def test_kalimantan_selatan_ranks_thirteen_kabupaten_and_kota_together() -> None:
    assert len(regions.of_province(REGISTER, "63")) == 13


def test_the_kind_of_every_region_follows_from_its_code() -> None:
    for region in REGISTER.regions:
        number = region.code[3:]
        kind = "provinsi" if not number else "kabupaten" if int(number) < 70 else "kota"
        assert region.kind == kind
        assert region.province == region.code[:2]


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("11", "Asia/Jakarta"),
        ("62.02", "Asia/Jakarta"),
        ("63.10", "Asia/Makassar"),
        ("75", "Asia/Makassar"),
        ("81", "Asia/Jayapura"),
        ("93.01", "Asia/Jayapura"),
    ],
)
def test_a_region_keeps_the_time_of_its_province(code: str, zone: str) -> None:
    assert regions.today(REGISTER, code).time_zone == zone


def test_every_time_zone_is_one_the_system_knows() -> None:
    zones = {region.time_zone for region in REGISTER.regions}
    assert {ZoneInfo(zone).key for zone in zones} == zones
    assert len(zones) == 3


def test_every_former_code_is_gone_and_every_new_one_is_listed() -> None:
    listed = {region.code for region in REGISTER.regions}
    assert len(REGISTER.today) == 26
    assert not listed & set(REGISTER.today)
    assert set(REGISTER.today.values()) <= listed
    assert len(set(REGISTER.today.values())) == 26


def test_former_codes_fill_exactly_the_gaps_papua_left() -> None:
    papua = {f"91.{number:02d}" for number in range(1, 29)}
    west = {f"92.{number:02d}" for number in range(1, 13)} | {"92.71"}
    listed = {region.code for region in REGISTER.regions}
    assert (papua | west) - listed == set(REGISTER.today)


def test_every_kabupaten_and_kota_of_the_new_provinces_had_a_former_code() -> None:
    new = [region for province in ("93", "94", "95", "96") for region in
           regions.of_province(REGISTER, province)]  # fmt: skip
    assert {region.code for region in new} == set(REGISTER.today.values())
    assert all(len(region.predecessors) == 1 for region in new)


def test_an_old_code_leads_to_the_region_of_today() -> None:
    merauke = regions.resolve(REGISTER, "91.01", AFTER)
    assert (merauke.code, merauke.name) == ("93.01", "Kabupaten Merauke")
    assert regions.today(REGISTER, "92.71").code == "96.71"


def test_a_code_of_today_leads_to_the_one_valid_on_an_earlier_date() -> None:
    merauke = regions.resolve(REGISTER, "93.01", BEFORE)
    assert (merauke.code, merauke.province) == ("91.01", "91")
    assert merauke.name == "Kabupaten Merauke"


@pytest.mark.parametrize(
    ("code", "last_old_day", "first_new_day", "new"),
    [
        ("91.04", date(2022, 7, 24), date(2022, 7, 25), "94.01"),
        ("92.71", date(2022, 12, 7), date(2022, 12, 8), "96.71"),
    ],
)
def test_codes_change_on_the_day_of_the_law(
    code: str, last_old_day: date, first_new_day: date, new: str
) -> None:
    assert regions.resolve(REGISTER, code, last_old_day).code == code
    assert regions.resolve(REGISTER, code, first_new_day).code == new


def test_a_region_that_never_moved_has_one_code_on_every_date() -> None:
    assert regions.resolve(REGISTER, "63.10", BEFORE) == regions.resolve(REGISTER, "63.10", AFTER)


def test_a_province_founded_in_2022_is_missing_before_it() -> None:
    with pytest.raises(Missing, match=r"regions\.not_on_date"):
        regions.resolve(REGISTER, "95", BEFORE)
    assert regions.resolve(REGISTER, "95", AFTER).name == "Papua Pegunungan"


def test_an_unknown_code_is_missing() -> None:
    with pytest.raises(Missing, match=r"regions\.unknown"):
        regions.resolve(REGISTER, "99.99", AFTER)


def test_a_list_that_still_has_an_old_code_is_corrupt() -> None:
    listed = kernel_file("regions.csv") + b"91.01,Kabupaten Merauke,kabupaten,91\n"
    with pytest.raises(Corrupt, match=r"regions\.still_listed"):
        regions.decode(listed, kernel_file("regions.toml"))


def test_a_province_without_a_time_zone_is_corrupt() -> None:
    facts = kernel_file("regions.toml").replace(b'"81", ', b"")
    with pytest.raises(Corrupt, match=r"regions\.without_time_zone"):
        regions.decode(kernel_file("regions.csv"), facts)


def test_a_line_with_a_missing_column_is_corrupt() -> None:
    with pytest.raises(Corrupt, match=r"regions\.malformed"):
        regions.decode(b"code,name\n11,Aceh\n", kernel_file("regions.toml"))
