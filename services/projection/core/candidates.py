"""Every single step that a region could take, with what each changes in the tally."""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier, Held, Slot
from services.projection.core.explanation import title
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import LEVEL_MAX, Row, RuleSet
from shared.kernel.scorecard import BASIC_AFFAIRS, Stage

Kind = Literal[
    "raise_region",
    "raise_innovation",
    "await_verdict",
    "answer_return",
    "cover_affair",
    "fill_slot",
    "add_innovation",
    "apply_innovation",
    "submit_innovation",
    "complete_profile",
    "withdraw_innovation",
]
# What it takes: a document, several, a new innovation, a better figure in the statistics, or only a
# verifier's time.
Effort = Literal["ringan", "sedang", "berat", "capaian", "menunggu"]


class Step(Struct, frozen=True, kw_only=True):
    """One thing to do. `affair` is the urusan a new innovation would be the first to cover.

    `claimed` is the level that is claimed already. `reasons` are the conditions that a profile does
    not meet, or those with which a claim was returned.
    """

    kind: Kind
    indicator: str = ""
    nama: str = ""
    innovation: str = ""
    innovation_name: str = ""
    level: int = 0
    to_level: int = 0
    claimed: int = 0
    affair: int = 0
    reasons: tuple[str, ...] = ()
    effort: Effort


class Delta(Struct, frozen=True):
    """What a step changes in the tally; hundredths, counts."""

    spd: int = 0
    maturity: int = 0
    innovations: int = 0
    rejected: int = 0
    covers: frozenset[int] = frozenset()
    uncovers: frozenset[int] = frozenset()


Candidate = tuple[Step, Delta]

NOTHING = Slot()


class Position(Struct, frozen=True, kw_only=True):
    """Where the region stands before any step; `assumed` is a new innovation's worth, hundredths:
    the mean of those there are. `empty_slots` are the places of the divisor that nobody fills.
    """

    tally: Tally
    counted: Mapping[str, Held]
    covered: frozenset[int]
    assumed: int
    empty_slots: int


def position(dossier: Dossier, rules: RuleSet, stage: Stage) -> Position:
    """The region's season as steps start from it."""
    tally = dossiers.tally_at(dossier, rules, stage)
    counted = dossiers.counted_at(dossier, rules, stage)
    covered = frozenset(u for held in counted.values() for u in dossiers.affairs_of(held, rules))
    dividing = tally.innovations
    dividing += tally.rejected if rules.rejected_in_divisor.value else 0
    return Position(
        tally=tally,
        counted=counted,
        covered=covered,
        assumed=tally.maturity // tally.innovations if tally.innovations else 0,
        empty_slots=max(0, formula.score(rules, tally).divisor - dividing),
    )


def all_steps(
    dossier: Dossier, rules: RuleSet, stage: Stage, start: Position
) -> Iterator[Candidate]:
    """Each step once, whatever it is worth."""
    yield from _region(dossier, rules, stage)
    yield from _levels(start, rules, stage)
    yield from _new(start)
    yield from _admissions(dossier, rules, stage, start)
    yield from _withdrawals(dossier, rules, stage, start)


def _region(dossier: Dossier, rules: RuleSet, stage: Stage) -> Iterator[Candidate]:
    for row in ruleset.region_rows(rules):
        if row.weight.value is None:
            continue  # nobody knows what it would bring
        slot = dossier.region.get(row.code, NOTHING)
        now = dossiers.level_at(slot, stage)
        for level in range(now + 1, LEVEL_MAX + 1):
            gained = ruleset.weight_hundredths(row) * (level - now)
            yield _raised(row, slot, now, level), Delta(spd=gained)


def _levels(start: Position, rules: RuleSet, stage: Stage) -> Iterator[Candidate]:
    rows = [(row, ruleset.weight_hundredths(row)) for row in ruleset.innovation_rows(rules)]
    for name, held in start.counted.items():
        for row, weight in rows:
            slot = held.slots.get(row.code, NOTHING)
            now = dossiers.level_at(slot, stage)
            for level in range(now + 1, LEVEL_MAX + 1):
                step = _raised(row, slot, now, level, name, title(name, held))
                yield step, Delta(maturity=weight * (level - now))


def _raised(
    row: Row, slot: Slot, now: int, level: int, innovation: str = "", called: str = ""
) -> Step:
    """What is claimed already waits for its verdict, or for an answer to the one it got."""
    kind: Kind = "raise_innovation" if innovation else "raise_region"
    efforts: tuple[Effort, ...] = ("ringan", "sedang", "berat")
    effort: Effort = "capaian" if row.bands is not None else efforts[level - now - 1]
    if now < level <= slot.level:
        judged = slot.verdict is not None
        kind = "answer_return" if judged else "await_verdict"
        effort = "ringan" if judged else "menunggu"
    elif slot.level > now and row.bands is None:
        effort = efforts[level - slot.level - 1]
    return Step(
        kind=kind,
        indicator=row.code,
        nama=row.nama,
        innovation=innovation,
        innovation_name=called,
        level=now,
        to_level=level,
        claimed=slot.level,
        reasons=(slot.returned,) if slot.returned else (),
        effort=effort,
    )


def _new(start: Position) -> Iterator[Candidate]:
    """One more innovation like those there are: anywhere, and in each affair nobody covers."""
    kind: Kind = "fill_slot" if start.empty_slots else "add_innovation"
    yield (
        Step(kind=kind, effort="berat"),
        Delta(maturity=start.assumed, innovations=1),
    )
    for affair in BASIC_AFFAIRS:
        if affair not in start.covered:
            step = Step(kind="cover_affair", affair=affair, effort="berat")
            covers = frozenset({affair})
            yield step, Delta(maturity=start.assumed, innovations=1, covers=covers)


def _admissions(
    dossier: Dossier, rules: RuleSet, stage: Stage, start: Position
) -> Iterator[Candidate]:
    """Innovations that are reported and do not count yet: apply, send, or complete them."""
    weights = _weights(rules)
    for name, held in dossier.innovations.items():
        if name in start.counted or held.profile is None:
            continue
        refused = dossiers.refused(dossier, held, rules)
        kind = _admission(held, rules, stage)
        if kind is None or (refused and kind != "complete_profile" and stage != "mandiri"):
            continue
        mending = kind == "complete_profile"
        step = Step(
            kind=kind,
            innovation=name,
            innovation_name=title(name, held),
            reasons=refused if mending else (),
            effort="berat" if kind == "apply_innovation" else "ringan",
        )
        covers = frozenset(dossiers.affairs_of(held, rules) - start.covered)
        points = _points(held, weights, stage)
        leaves = 1 if mending else 0
        yield step, Delta(maturity=points, innovations=1, rejected=-leaves, covers=covers)


def _admission(held: Held, rules: RuleSet, stage: Stage) -> Kind | None:
    """The one step that makes an innovation count, if one step does."""
    if not dossiers.is_staged(held, rules):
        sent = stage == "mandiri" or held.submitted is not None
        return "apply_innovation" if sent else None
    if held.submitted is None:
        return "submit_innovation"
    return "complete_profile" if held.rejected is None else None


def _withdrawals(
    dossier: Dossier, rules: RuleSet, stage: Stage, start: Position
) -> Iterator[Candidate]:
    weights = _weights(rules)
    carriers = {
        urusan: [
            n for n, held in start.counted.items() if urusan in dossiers.affairs_of(held, rules)
        ]
        for urusan in start.covered
    }
    for name, held in dossier.innovations.items():
        step = Step(
            kind="withdraw_innovation",
            innovation=name,
            innovation_name=title(name, held),
            effort="ringan",
        )
        if name in start.counted:
            alone = frozenset(urusan for urusan, names in carriers.items() if names == [name])
            points = _points(held, weights, stage)
            yield step, Delta(maturity=-points, innovations=-1, uncovers=alone)
        elif dossiers.part_at(dossier, held, rules, stage) == "rejected":
            yield step, Delta(rejected=-1)


def _points(held: Held, weights: Mapping[str, int], stage: Stage) -> int:
    return sum(
        weights.get(code, 0) * dossiers.level_at(slot, stage) for code, slot in held.slots.items()
    )


def _weights(rules: RuleSet) -> Mapping[str, int]:
    return {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
