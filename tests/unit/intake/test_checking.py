"""The check before sending: what is an error, what is a question, and what must be said to it."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from services.intake import wording
from services.intake.core import checking, result
from services.intake.core.checking import Elsewhere, Finding, Subject
from services.intake.core.indicator import Slot
from shared.io import problems, rulebook
from shared.kernel.errors import Failure, Refused
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.events.innovation import Profile
from shared.kernel.hypotheses import ProfileBody
from shared.kernel.rules import evidence_kinds, ruleset
from tests import system

YEAR = 2026
RULES = rulebook.rule_set_for_year(YEAR)
FORM = rulebook.form_for_year(YEAR)
TODAY = date(2026, 7, 1)
PROFILE = msgspec.convert(system.PROFILE, ProfileBody, strict=False).profile()
VIDEO = "SID-VIDEO"
MANDATORY = [row.code for row in ruleset.innovation_rows(RULES) if row.mandatory.value]


def file(
    letter: str, dated: date | None = None, code: str = "SID-SDM", size_bytes: int = 1
) -> EvidenceReference:
    """A file of a kind that the row asks for."""
    kinds = evidence_kinds.asked(ruleset.row(RULES, code)).media_types or {"application/pdf"}
    return EvidenceReference(
        sha256=letter * 64, size_bytes=size_bytes, media_type=min(kinds), document_date=dated
    )


CLAIMS = {
    code: Slot(status="claimed", level=2, evidence=(file("a", code=code),)) for code in MANDATORY
}


def found(
    profile: Profile = PROFILE,
    claims: dict[str, Slot] | None = None,
    namesakes: tuple[str, ...] = (),
    **shared: Elsewhere,
) -> list[Finding]:
    subject = Subject(
        year=YEAR,
        today=TODAY,
        profile=profile,
        claims=CLAIMS if claims is None else claims,
        shared={letter * 64: where for letter, where in shared.items()},
        namesakes=namesakes,
    )
    return list(checking.check(subject, RULES, FORM))


HIGH = result.Publish(year=YEAR, score=Decimal(101), predikat="Inovatif", source="x")


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.severity, finding.key) for finding in findings]


def test_a_complete_innovation_has_nothing_to_mend_or_explain() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"purpose": " "}, "form.missing:purpose"),
        ({"latitude": None}, "form.missing:koordinat"),
        ({"asta_cita": ()}, "form.missing:asta_cita"),
        ({"pkpn": "perang"}, "form.stranger:pkpn"),
        ({"asta_cita": ("1", "9")}, "form.stranger:asta_cita"),
        ({"design": "kata " * 299}, "eligibility.too_short"),
        ({"implementation_date": date(2023, 12, 31)}, "eligibility.outside_window"),
    ],
)
def test_what_must_be_mended(changed: dict[str, Any], key: str) -> None:
    (finding,) = found(replace(PROFILE, **changed))
    assert (finding.severity, finding.key) == ("error", key)


def test_an_idea_is_not_asked_for_what_only_an_application_has() -> None:
    idea = replace(
        PROFILE,
        tahapan="inisiatif",
        trial_date=None,
        implementation_date=None,
        outcome="",
        design="Singkat",
    )
    assert found(idea, claims={}) == []


def test_a_missing_mandatory_row_and_an_empty_claim_are_asked_about() -> None:
    assert told(found(claims={})) == [("question", "claims.none:claims")]
    fewer = {code: slot for code, slot in CLAIMS.items() if code != "SID-VIDEO"}
    assert told(found(claims=fewer)) == [("question", "claims.mandatory:SID-VIDEO")]


def test_documents_are_asked_about_by_their_year_and_day() -> None:
    def dated(day: date) -> list[tuple[str, str]]:
        video = Slot(status="claimed", level=2, evidence=(file("b", day, VIDEO),))
        return told(found(claims={**CLAIMS, "SID-VIDEO": video}))

    assert dated(date(2024, 1, 1)) == []
    assert dated(TODAY) == []
    assert dated(date(2023, 12, 31)) == [("question", f"evidence.old:SID-VIDEO/{'b' * 64}")]
    assert dated(date(2026, 7, 2)) == [("error", f"evidence.future:SID-VIDEO/{'b' * 64}")]


def test_a_file_that_stands_elsewhere_is_asked_about_without_saying_whose_it_is() -> None:
    questions = found(a=Elsewhere(own=("lain/SID-SDM 2026",), regions=2))
    assert {finding.code for finding in questions} == {"evidence.shared"}
    assert len(questions) == len(MANDATORY)
    assert questions[0].facts["regions"] == "2"
    assert "lain/SID-SDM 2026" in wording.spoken(questions[0], "id")


def test_files_of_another_kind_or_size_than_manuals_ask_for_are_asked_about() -> None:
    pdf = Slot(status="claimed", level=2, evidence=(file("b"),))
    assert told(found(claims={**CLAIMS, VIDEO: pdf})) == [
        ("question", f"evidence.kind:{VIDEO}/{'b' * 64}")
    ]
    for size_bytes, expected in ((100 * 2**20, []), (100 * 2**20 + 1, ["evidence.size"])):
        large = Slot(status="claimed", level=2, evidence=(file("b", None, VIDEO, size_bytes),))
        codes = [finding.code for finding in found(claims={**CLAIMS, VIDEO: large})]
        assert codes == expected


def test_another_innovation_of_the_same_name_is_asked_about() -> None:
    (finding,) = found(namesakes=("lain", "lagi"))
    assert (finding.severity, finding.key) == ("question", "innovation.namesake:name")
    assert "lain, lagi" in wording.spoken(finding, "id")
    checking.must_be_ready([finding], {finding.key: "Untuk kelompok lain."})


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_is_to_be_mended_or_explained_is_told_in_sentences_beside_its_keys(
    language: str,
) -> None:
    for findings in (found(replace(PROFILE, purpose="", pkpn="x")), found(claims={})):
        with pytest.raises(Refused) as caught:
            checking.must_be_ready(findings, {})
        refused = wording.refused(caught.value, language)
        detail = problems.problem_of(refused, language, "").detail
        for finding in findings:
            sentence = wording.spoken(finding, language)
            assert f"[{finding.key}] {sentence}" in detail
            assert refused.facts[finding.key] == sentence
    other = Refused("season.frozen", year=YEAR)
    assert wording.refused(other, language) is other


def test_errors_bar_the_way_and_questions_want_an_answer() -> None:
    errors = found(replace(PROFILE, purpose=""))
    with pytest.raises(Failure, match=r"submission\.errors"):
        checking.must_be_ready(errors, {})
    questions = found(claims={})
    with pytest.raises(Failure, match=r"submission\.unexplained"):
        checking.must_be_ready(questions, {"claims.none:claims": " "})
    checking.must_be_ready(questions, {"claims.none:claims": "Menyusul."})
    with pytest.raises(Failure, match=r"submission\.explains_nothing"):
        checking.must_be_ready([], {"claims.none:claims": "Menyusul."})
    with pytest.raises(Failure, match=r"text\.too_long"):
        checking.must_be_ready(questions, {"claims.none:claims": "a" * 2001})


def test_everything_that_can_be_found_has_its_sentences() -> None:
    old = Slot(status="claimed", level=1, evidence=(file("b", date(2020, 1, 1)),))
    heavy = Slot(status="claimed", level=1, evidence=(file("d", size_bytes=2**40),))
    late = Slot(status="claimed", level=1, evidence=(file("c", date(2027, 1, 1)),))
    everything = [
        *found(replace(PROFILE, purpose="", pkpn="x", design="a")),
        *found(replace(PROFILE, implementation_date=None)),
        *found(replace(PROFILE, implementation_date=date(2019, 1, 1)), claims={}),
        *found(claims={"SID-SDM": old, VIDEO: late}, b=Elsewhere(regions=1)),
        *found(claims={VIDEO: heavy}),
        *found(namesakes=("lain",)),
        *result.questions(HIGH, RULES, frozen=False),
        *result.questions(msgspec.structs.replace(HIGH, score=Decimal(40)), RULES, frozen=True),
    ]
    codes = {finding.code for finding in everything}
    assert codes == wording.known_codes()
    for finding in everything:
        for language in ("id", "en"):
            sentence = wording.spoken(finding, language)
            assert sentence.endswith(".")
            assert "{" not in sentence
