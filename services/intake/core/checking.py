"""What an innovation lacks before it is sent: errors must be mended, questions may be explained.

An error is what the year's form or a rule that is confirmed demands. Where a rule is only inferred,
or a doubt can be lifted by a sentence, it is a question (pertanyaan), and its answer is recorded
with the submission.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from services.intake.core.indicator import Slot
from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.events.innovation import Profile
from shared.kernel.rules import eligibility, evidence_kinds, forms, ruleset
from shared.kernel.rules.forms import Form
from shared.kernel.rules.ruleset import Row, RuleSet

# Documents older than this many years before the season's are asked about.
DOCUMENT_YEARS_MAX = 2
EXPLANATION_CHARACTERS_MAX = 2_000
FIELD_CHARACTERS_MAX = 200
KEYS_TOLD_MAX = 10
KEYS_CHARACTERS_MAX = 1_000

Severity = Literal["error", "question"]


class Elsewhere(Struct, frozen=True, kw_only=True):
    """Where a file also stands: in other innovations of the region, and in how many regions."""

    own: tuple[str, ...] = ()
    regions: int = 0


class Finding(Struct, frozen=True, kw_only=True):
    """One thing found. `key` names it for its explanation; `facts` fill its sentence."""

    severity: Severity
    code: str
    key: str
    facts: dict[str, str]


class Subject(Struct, frozen=True, kw_only=True):
    """What is looked at: the innovation with its claims by indicator, on a day of a season.

    `shared` are fingerprints of its files that also stand elsewhere, `namesakes` other innovations
    of the region and year that are called the same.
    """

    year: int
    today: date
    profile: Profile
    claims: Mapping[str, Slot]
    shared: Mapping[str, Elsewhere]
    namesakes: tuple[str, ...] = ()


class Beside(Struct, frozen=True, kw_only=True):
    """What a submission is checked against beside its own streams: the form, the day, its files
    elsewhere, and innovations of the same name.
    """

    form: Form
    today: date
    shared: Mapping[str, Elsewhere]
    namesakes: tuple[str, ...] = ()


def must_be_ready(findings: Collection[Finding], explained: Mapping[str, str]) -> None:
    """Refuse to send what has errors, or questions to which nothing was said.

    The `findings` go with the refusal: the door puts each into words, in the caller's language.
    """
    for key, explanation in explained.items():
        text.check(
            f"explained.{key}"[:FIELD_CHARACTERS_MAX], explanation, EXPLANATION_CHARACTERS_MAX
        )
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise Refused("submission.errors", count=len(errors), findings=errors)
    open_questions = unexplained(findings, explained)
    if open_questions:
        raise Refused("submission.unexplained", count=len(open_questions), findings=open_questions)
    strangers = sorted(set(explained) - {finding.key for finding in findings})
    if strangers:
        raise Refused("submission.explains_nothing", keys=_listed(strangers))


def _listed(keys: Sequence[str]) -> str:
    """As many as a sentence can hold."""
    return ", ".join(keys[:KEYS_TOLD_MAX])[:KEYS_CHARACTERS_MAX]


def check(subject: Subject, rules: RuleSet, form: Form) -> tuple[Finding, ...]:
    """Everything found, errors first, in the order of the form and of the rows."""
    found = [
        *_profile(subject, form),
        *_eligibility(subject, rules),
        *_claims(subject, rules),
        *_files(subject, rules),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def unexplained(findings: Collection[Finding], explained: Mapping[str, str]) -> tuple[Finding, ...]:
    """The questions to which nothing was said."""
    return tuple(
        finding
        for finding in findings
        if finding.severity == "question" and not explained.get(finding.key, "").strip()
    )


def _profile(subject: Subject, form: Form) -> Iterator[Finding]:
    for item in form.items:
        if forms.is_due(item, subject.profile) and not forms.is_filled(item, subject.profile):
            yield _error("form.missing", item.field, item=item.nama)
        for stranger in forms.strangers(item, subject.profile):
            yield _error("form.stranger", item.field, item=item.nama, chosen=stranger)
    if subject.namesakes:
        yield _question("innovation.namesake", "name", others=_listed(subject.namesakes))


def _eligibility(subject: Subject, rules: RuleSet) -> Iterator[Finding]:
    """Only an innovation in a stage that counts is judged by its dates and its length."""
    profile = subject.profile
    if profile.tahapan not in ruleset.declared(rules.counted_stages):
        return
    asked = eligibility.candidate(
        profile.implementation_date, profile.development_date, profile.design
    )
    window = eligibility.window_of(rules, subject.year)
    for unmet in eligibility.unmet(rules, subject.year, asked):
        rule = rules.words_min if unmet == "too_short" else rules.window
        yield Finding(
            severity="error" if rule.certainty == "confirmed" else "question",
            code=f"eligibility.{unmet}",
            key=f"eligibility.{unmet}",
            facts={
                "words": str(asked.words),
                "words_min": str(rules.words_min.value),
                "first": "" if window is None else window.first.isoformat(),
                "last": "" if window is None else window.last.isoformat(),
            },
        )


def _claims(subject: Subject, rules: RuleSet) -> Iterator[Finding]:
    claimed = {code for code, slot in subject.claims.items() if slot.level}
    counted = subject.profile.tahapan in ruleset.declared(rules.counted_stages)
    if not claimed and counted:
        yield _question("claims.none", "claims")
    for row in ruleset.innovation_rows(rules):
        if counted and claimed and row.mandatory.value and row.code not in claimed:
            yield _question("claims.mandatory", row.code, indicator=row.code, item=row.nama)


def _files(subject: Subject, rules: RuleSet) -> Iterator[Finding]:
    for row in ruleset.innovation_rows(rules):
        slot = subject.claims.get(row.code)
        for file in slot.evidence if slot is not None and slot.level else ():
            yield from _file(subject, row, file)


def _file(subject: Subject, row: Row, file: EvidenceReference) -> Iterator[Finding]:
    """What a row asks of its files is known from manuals alone, so a doubt is only a question."""
    oldest = subject.year - DOCUMENT_YEARS_MAX
    key = f"{row.code}/{file.sha256}"
    named = {"indicator": row.code, "item": row.nama, "file": file.sha256[:12]}
    asked = evidence_kinds.asked(row)
    if not asked.allows(file.media_type):
        wanted = ", ".join(sorted(asked.media_types or ()))
        yield _question("evidence.kind", key, given=file.media_type, wanted=wanted, **named)
    if asked.bytes_max is not None and file.size_bytes > asked.bytes_max:
        megabytes = str(asked.bytes_max // evidence_kinds.MEGABYTE)
        yield _question("evidence.size", key, megabytes=megabytes, **named)
    if file.document_date is not None and file.document_date > subject.today:
        yield _error("evidence.future", key, **named)
    elif file.document_date is not None and file.document_date.year < oldest:
        yield _question("evidence.old", key, year=str(file.document_date.year), **named)
    if file.sha256 in subject.shared:
        where = subject.shared[file.sha256]
        own = ", ".join(where.own) or "–"
        yield _question("evidence.shared", key, own=own, regions=str(where.regions), **named)


def _error(code: str, key: str, **facts: str) -> Finding:
    return Finding(severity="error", code=code, key=f"{code}:{key}", facts=facts)


def _question(code: str, key: str, **facts: str) -> Finding:
    return Finding(severity="question", code=code, key=f"{code}:{key}", facts=facts)
