"""Guards of intake that only a whole order shows: streams, calendars, digests, what stood before.

Each speaks of a region of its own, so that the order of the tests says nothing.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent

from shared.io import recorder, rulebook
from shared.kernel.events.season import SeasonEntered, SeasonOpened
from shared.kernel.recorded import Event, encode, topic
from tests.system import PDF_SHA256, System, must_be_problem

MINISTRY = ("00", "ministry")
VERIFIER = ("63", "verifier")
EVIDENCE = [{"sha256": PDF_SHA256}]
LETTER = {"letter": "radiogram contoh"}
REJECTION = {"reason": "bukan_pembaruan", "note": "Sudah ada sejak 2019."}
STATED = {"predikat": "Inovatif", "source": "berita"}


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(2027, "2027.1")
        system.open_season(2026, "2026.1")
        yield system


def entry(region: str, year: int = 2026) -> str:
    return f"/v1/regions/{region}/seasons/{year}"


def facts(system: System, region: str) -> list[str]:
    rows = system.query("select topic from intake.event where tenant = %s order by seq", region)
    return [topic for (topic,) in rows]


def test_a_rejection_and_its_taking_back_are_no_report_and_stand_after_the_closing(
    system: System,
) -> None:
    who, path = ("63.01", "region_admin"), entry("63.01", 2027) + "/innovations"
    for name in ("satu", "dua"):
        system.register("63.01", 2027, name)
        system.submit("63.01", 2027, name)
    system.must(VERIFIER, "POST", f"{path}/satu/rejection", REJECTION)
    system.must(MINISTRY, "POST", "/v1/seasons/2027/closing", LETTER)
    before = facts(system, "63.01")
    system.must(VERIFIER, "POST", f"{path}/dua/rejection", REJECTION)
    system.must(VERIFIER, "POST", f"{path}/satu/reinstatement", {"note": "Salah baca."})
    after = facts(system, "63.01")[len(before) :]
    assert after == ["innovation.rejected.1", "innovation.reinstated.1"]
    told = [system.send(who, "GET", f"{path}/{name}").json()["status"] for name in ("satu", "dua")]
    assert told == ["submitted", "rejected"]


@pytest.mark.parametrize("verb", ["raise", "claim"])
def test_nothing_is_supposed_of_an_innovation_that_was_withdrawn(system: System, verb: str) -> None:
    who, path, name = ("63.02", "region_admin"), entry("63.02"), f"tarik-{verb}"
    system.register("63.02", 2026, name)
    supposed = {"do": verb, "innovation": name, "indicator": "SID-VIDEO", "level": 2}
    plan = {"name": "Rencana", "hypotheses": [supposed]}
    system.must(who, "PUT", f"{path}/branches/{name}", plan)
    system.must(who, "POST", f"{path}/innovations/{name}/withdrawal", {})
    before = system.heads()
    plan["name"] = "Rencana lagi"
    refused = system.send(who, "PUT", f"{path}/branches/{name}", plan)
    must_be_problem(refused, 404)
    assert refused.json()["title"] == "innovation.unknown"
    assert system.heads() == before


def test_scores_of_two_stages_are_stated_apart(system: System) -> None:
    scores = {"mandiri": "63.85", "terverifikasi": "50.21"}

    def stated(stage: str, **headers: str) -> dict[str, Any]:
        body = {**STATED, "score": scores[stage]}
        path = f"{entry('63.03')}/scores/{stage}"
        given: Mapping[str, str] = {"Idempotency-Key": secrets.token_hex(8), **headers}
        return system.must(MINISTRY, "PUT", path, body, given)

    first = [stated(stage) for stage in scores]
    assert [one["version"] for one in first] == [1, 1]
    again = [stated(stage, **{"If-Match": '"1"'}) for stage in scores]
    assert [one["recorded"] for one in again] == [0, 0]
    scores["mandiri"] = "64.00"
    assert stated("mandiri", **{"If-Match": '"1"'})["version"] == 2
    assert stated("terverifikasi")["version"] == 1


@pytest.mark.parametrize("tenant", ["63", "00"])
def test_a_verifier_sets_no_target(system: System, tenant: str) -> None:
    before = system.heads()
    body = {"target": "60.00", "instrument": "Perda 3/2025"}
    refused = system.send((tenant, "verifier"), "PUT", "/v1/regions/63.04/targets/2026", body)
    must_be_problem(refused, 403)
    assert refused.json()["title"] == "role.not_allowed"
    assert system.heads() == before


def test_a_part_of_jakarta_is_known_and_not_assessed(system: System) -> None:
    who, path = ("31.71", "region_admin"), entry("31.71") + "/indicators/SPD-01/claim"
    before = system.heads()
    refused = system.send(who, "PUT", path, {"level": 0})
    must_be_problem(refused, 422)
    assert refused.json()["title"] == "region.not_assessed"
    assert "Jakarta Pusat" in refused.json()["detail"]
    assert system.heads() == before


def _claimed(system: System, indicator: str, level: int, month: int, name: str = "") -> Any:
    subject = f"/innovations/{name}" if name else ""
    body = {
        "level": level,
        "evidence": EVIDENCE,
        "occurred_at": f"2025-{month:02}-01T09:00:00+08:00",
        "basis": "surat contoh",
    }
    path = f"{entry('63.05')}{subject}/indicators/{indicator}/claim"
    return system.send(("63.05", "region_admin"), "PUT", path, body)


def test_a_stated_moment_must_follow_the_facts_it_is_about_and_no_others(system: System) -> None:
    """The season was opened today, and another indicator claimed in July: neither is in the way."""
    system.upload("63.05")
    assert _claimed(system, "SPD-01", 1, month=7).status_code == 201
    other = _claimed(system, "SPD-08", 1, month=6)
    assert other.status_code == 201, other.text
    refused = _claimed(system, "SPD-01", 2, month=6)
    must_be_problem(refused, 422)
    assert refused.json()["title"] == "history.before_last_fact"
    assert _claimed(system, "SPD-01", 2, month=8).status_code == 201
    # A claim is about its innovation too, which was registered today.
    system.register("63.05", 2026, "baru")
    assert _claimed(system, "SID-VIDEO", 2, month=8, name="baru").status_code == 422


def _recorded(system: System, tenant: str, stream: str, event: Event) -> None:
    """Written past intake, as a program with other rules on its disk would have."""
    store = recorder.datastore(system.database.intake, "intake")
    try:
        told = StoredEvent(stream, 1, topic(event), encode(event))
        recorder.TenantRecorder(store, tenant=tenant, actor="uji").insert_events([told])
    finally:
        store.close()


def _refuses_other_rules(system: System, region: str) -> None:
    before = system.heads()
    path = entry(region) + "/indicators/SPD-01/claim"
    refused = system.send((region, "region_admin"), "PUT", path, {"level": 0})
    must_be_problem(refused, 500)
    assert refused.json()["title"] == "score.other_rules"
    assert system.heads() == before


def test_a_region_that_entered_under_other_bytes_of_the_rules_is_not_decided_for(
    system: System,
) -> None:
    known = rulebook.rule_set_for_year(2026).id
    entered = SeasonEntered(
        year=2026, rule_set=known, rule_digest="0" * 64, opened_by="00", opened_seq=1
    )
    _recorded(system, "63.06", "entry/2026", entered)
    _refuses_other_rules(system, "63.06")


def test_a_season_that_was_opened_under_other_bytes_of_the_rules_is_not_entered(
    system: System,
) -> None:
    known = rulebook.rule_set_for_year(2026).id
    opened = SeasonOpened(year=2026, rule_set=known, rule_digest="0" * 64, letter="surat")
    _recorded(system, "62", "season/2026", opened)
    _refuses_other_rules(system, "62.01")
