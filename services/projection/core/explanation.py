"""Why a score is what it is: every point with its indicator, level, weight, rule and facts.

Shares are exact fractions of the unrounded index; they and the rounding sum to the index.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from services.projection.core import figure
from services.projection.core.dossier import (
    Dossier,
    Held,
    Slot,
    affairs_of,
    counted_at,
    level_at,
    part_at,
    refused,
    tally_at,
)
from shared.kernel import figures
from shared.kernel.rules import formula, reading, ruleset
from shared.kernel.rules.formula import Score
from shared.kernel.rules.reading import Gap
from shared.kernel.rules.ruleset import EXACT, Row, RuleSet
from shared.kernel.scorecard import Stage

# A sentence names this many facts; the data names all.
SEQS_SHOWN = 3


class Share(Struct, frozen=True, kw_only=True):
    """Index points, exactly `numerator` / `denominator`; `shown` is that to six decimals."""

    numerator: int
    denominator: int
    shown: Decimal

    @property
    def exact(self) -> Fraction:
        """The share itself."""
        return Fraction(self.numerator, self.denominator)


class Line(Struct, frozen=True, kw_only=True):
    """One row's part in the index. `points` before any division; `seqs` are facts of the region."""

    part: Literal["spd", "sid", "number"]
    indicator: str
    nama: str
    variabel: str
    innovation: str
    innovation_name: str
    level: int
    weight: Decimal
    points: Decimal
    share: Share
    evidence: tuple[str, ...]
    seqs: tuple[int, ...]
    article: str
    certainty: str
    sources: tuple[str, ...]


class Refusal(Struct, frozen=True, kw_only=True):
    """An innovation that is reported and may not count: conditions not met, a verifier's reason.

    As claimed it still counts; `takes_place` says whether it keeps its place in the divisor.
    """

    innovation: str
    innovation_name: str
    reasons: tuple[str, ...]
    takes_place: bool
    seqs: tuple[int, ...]


class Explanation(Struct, frozen=True, kw_only=True):
    """A score taken apart; `rounding` is what rounding added to the exact sum of the lines.

    `refused` are innovations that are, or verified would be, worth nothing; `gaps` is what nobody
    knows about the year's rules and this score rests on.
    """

    score: Score
    basis: str
    affairs: tuple[int, ...]
    affairs_min: int
    lines: tuple[Line, ...]
    refused: tuple[Refusal, ...]
    gaps: tuple[Gap, ...]
    rounding: Share


def explain(dossier: Dossier, rules: RuleSet, stage: Stage) -> Explanation:
    """Every line of a score that is not nothing, the largest shares first."""
    tally = tally_at(dossier, rules, stage)
    score = figure.score(rules, tally)
    scale = formula.scale_hundredths(rules)
    lines = sorted(
        (
            *_region(dossier, rules, stage, scale),
            *_innovations(dossier, rules, stage, score, scale),
        ),
        key=lambda line: (-line.share.exact, line.innovation, line.indicator),
    )
    if score.number:
        lines.append(_number(dossier, rules, stage, score, scale))
    told = sum((line.share.exact for line in lines), Fraction(0))
    return Explanation(
        score=score,
        basis=rules.basis,
        affairs=tuple(sorted(_covered(dossier, rules, stage))),
        affairs_min=rules.affairs_min.value or 0,
        lines=tuple(lines),
        refused=tuple(_refused(dossier, rules)),
        gaps=reading.gaps(rules),
        rounding=share(Fraction(score.index) - told),
    )


def share(exact: Fraction) -> Share:
    """A fraction with its decimals beside it."""
    shown = EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return Share(
        numerator=exact.numerator,
        denominator=exact.denominator,
        shown=figure.shown(shown),
    )


def _region(dossier: Dossier, rules: RuleSet, stage: Stage, scale: int) -> Iterator[Line]:
    for row in ruleset.region_rows(rules):
        slot = dossier.region.get(row.code)
        if slot is not None and level_at(slot, stage):
            yield _line(rules, row, slot, stage, Fraction(100, scale), part="spd")


def _innovations(
    dossier: Dossier, rules: RuleSet, stage: Stage, score: Score, scale: int
) -> Iterator[Line]:
    per_point = Fraction(100, scale * score.divisor)
    for name, held in counted_at(dossier, rules, stage).items():
        for row in ruleset.innovation_rows(rules):
            slot = held.slots.get(row.code)
            if slot is not None and level_at(slot, stage):
                yield _line(
                    rules,
                    row,
                    slot,
                    stage,
                    per_point,
                    part="sid",
                    innovation=name,
                    innovation_name=title(name, held),
                )


def title(name: str, held: Held) -> str:
    """How people call the innovation."""
    return held.profile.name if held.profile is not None else name


def _refused(dossier: Dossier, rules: RuleSet) -> Iterator[Refusal]:
    for name, held in dossier.innovations.items():
        reasons = refused(dossier, held, rules)
        if reasons and part_at(dossier, held, rules, "mandiri") == "counts":
            yield Refusal(
                innovation=name,
                innovation_name=title(name, held),
                reasons=reasons,
                takes_place=bool(rules.rejected_in_divisor.value),
                seqs=tuple(f.seq for f in (held.registered, held.rejected) if f is not None),
            )


def _line(
    rules: RuleSet,
    row: Row,
    slot: Slot,
    stage: Stage,
    per_hundredth: Fraction,
    *,
    part: Literal["spd", "sid"],
    innovation: str = "",
    innovation_name: str = "",
) -> Line:
    level = level_at(slot, stage)
    hundredths = ruleset.weight_hundredths(row) * level
    facts = (slot.claim,) if stage == "mandiri" else (slot.claim, slot.verdict)
    return Line(
        part=part,
        indicator=row.code,
        nama=row.nama,
        variabel=row.variabel,
        innovation=innovation,
        innovation_name=innovation_name,
        level=level,
        weight=row.weight.value or Decimal(0),
        points=Decimal(hundredths).scaleb(-2),
        share=share(hundredths * per_hundredth),
        evidence=tuple(reference.sha256 for reference in slot.evidence),
        seqs=tuple(fact.seq for fact in facts if fact is not None),
        article=reading.article(rules, row),
        certainty=row.weight.certainty,
        sources=row.weight.sources,
    )


def _number(dossier: Dossier, rules: RuleSet, stage: Stage, score: Score, scale: int) -> Line:
    counted = counted_at(dossier, rules, stage).values()
    row = next(each for each in rules.rows if each.unit == "count")
    return Line(
        part="number",
        indicator=row.code,
        nama=row.nama,
        variabel=row.variabel,
        innovation="",
        innovation_name="",
        level=score.innovations,
        weight=ruleset.declared(rules.count_weight),
        points=score.number,
        share=share(Fraction(score.number) * 100 * Fraction(100, scale)),
        evidence=(),
        seqs=tuple(sorted(held.registered.seq for held in counted if held.registered)),
        article=reading.article(rules, row),
        certainty=rules.count_weight.certainty,
        sources=rules.count_weight.sources,
    )


def _covered(dossier: Dossier, rules: RuleSet, stage: Stage) -> set[int]:
    return {
        urusan
        for held in counted_at(dossier, rules, stage).values()
        for urusan in affairs_of(held, rules)
    }


def sentences(explanation: Explanation, names: Sequence[str]) -> Iterator[str]:
    """The explanation to be read, in Indonesian; `names` are the 38 affairs in order."""
    score = explanation.score
    yield f"Nilai Indeks {_comma(score.index)}, predikat {score.predikat}."
    for line in explanation.lines:
        yield _sentence(line, score)
    covered = ", ".join(names[urusan - 1] for urusan in explanation.affairs) or "tidak ada"
    yield (
        f"Urusan pelayanan dasar yang terisi: {covered} ({len(explanation.affairs)} dari 6; "
        f"syarat nilai jumlah inovasi {explanation.affairs_min})."
    )
    for one in explanation.refused:
        yield (
            f"{one.innovation_name}: tidak memenuhi syarat ({', '.join(map(_why, one.reasons))}); "
            "setelah verifikasi tidak bernilai"
            f"{', tetapi tetap ikut membagi' if one.takes_place else ''}."
        )
    if not score.complete:
        yield "Aturan tahun ini tidak lengkap: nilai di atas hanya memuat bagian yang diketahui."
    yield f"Pembulatan: {_comma(explanation.rounding.shown)} poin indeks."


def _sentence(line: Line, score: Score) -> str:
    facts = ", ".join(f"ke-{seq}" for seq in line.seqs[:SEQS_SHOWN])
    facts += " …" if len(line.seqs) > SEQS_SHOWN else ""
    earned = f"{_comma(line.share.shown)} poin indeks ({line.article}; peristiwa {facts})."
    match line.part:
        case "spd":
            return f"{line.nama}, tingkat {line.level} × bobot {_comma(line.weight, 0)}: {earned}"
        case "sid":
            return (
                f"{line.innovation_name}: {line.nama}, tingkat {line.level} × bobot "
                f"{_comma(line.weight, 0)} dibagi {score.divisor}: {earned}"
            )
        case "number":
            return f"{line.nama}, {line.level} × {_comma(line.weight, 0)}: {earned}"


# A verifier's reason is read as it is spelt.
_REASONS = {
    "undated": "waktu penerapan belum diisi",
    "outside_window": "waktu penerapan di luar jangka dua tahun",
    "too_short": "rancang bangun terlalu pendek",
}


def _why(reason: str) -> str:
    return _REASONS.get(reason, reason.replace("_", " "))


def _comma(number: Decimal, places: int = 2) -> str:
    return figures.points(number, places)
