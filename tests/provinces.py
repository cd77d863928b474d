"""Provinces as the provisional rank starts from them: claims, verdicts, earlier seasons."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import msgspec

from services.projection.core import dossier as dossiers
from services.projection.core import ranking
from services.projection.core.dossier import Dossier, Fact, Held, Slot
from services.projection.core.provisional.past import Kept
from services.projection.core.provisional.provisional import Outlook, Span, Standing
from shared.kernel.events.innovation import Profile
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage
from tests.histories import INNOVATION_CODES, REGION_CODES, START
from tests.histories import RULES as STRICT

# Eligibility is tested elsewhere; here it would only leave most drawn innovations without points.
RULES: RuleSet = msgspec.structs.replace(
    STRICT,
    window=ruleset.Sourced(certainty="unknown"),
    words_min=ruleset.Sourced(certainty="unknown"),
)
FACT = Fact(seq=1, happened_at=START)
CODES = [*REGION_CODES, *INNOVATION_CODES]
MANY = 1_000_000


def kept(claims: int, level: int, accepted: int) -> Kept:
    return Kept(
        levels=claims * level,
        kept=claims * accepted,
        pairs=claims * level * (level - 1),
        pairs_kept=claims * accepted * (accepted - 1),
    )


def standings_of(
    seasons: Sequence[tuple[Dossier, Mapping[str, Kept]]], stage: Stage
) -> list[Standing]:
    names = [f"63.{number:02}" for number in range(1, len(seasons) + 1)]
    scores = {
        name: formula.score(RULES, dossiers.tally_at(dossier, RULES, stage)).index
        for name, (dossier, _) in zip(names, seasons, strict=True)
    }
    ranks = ranking.ranks(ranking.rank(names, scores, stage), known=True)
    return [
        Standing(region=name, dossier=dossier, index=scores[name], rank=ranks[name], past=past)
        for name, (dossier, past) in zip(names, seasons, strict=True)
    ]


def tally_if(dossier: Dossier, stage: Stage, level: Callable[[Slot], int]) -> Tally:
    """The verified tally if open claims became that level, everything being sent at `mandiri`."""

    def settled(slots: Mapping[str, Slot]) -> dict[str, Slot]:
        return {
            code: slot
            if slot.verdict is not None
            else msgspec.structs.replace(slot, accepted=level(slot))
            for code, slot in slots.items()
        }

    reached = msgspec.structs.replace(
        dossier,
        region=settled(dossier.region),
        innovations={
            name: msgspec.structs.replace(
                held,
                slots=settled(held.slots),
                submitted=FACT if stage == "mandiri" else held.submitted,
            )
            for name, held in dossier.innovations.items()
        },
    )
    return dossiers.tally_at(reached, RULES, "terverifikasi")


def index_if(dossier: Dossier, stage: Stage, level: Callable[[Slot], int]) -> Decimal:
    return formula.score(RULES, tally_if(dossier, stage, level)).index


def span_of(outlook: Outlook) -> Span:
    assert outlook.span is not None
    return outlook.span


def season(region: Mapping[str, Slot], innovations: Sequence[Mapping[str, Slot]]) -> Dossier:
    return Dossier(
        region=dict(region),
        innovations={
            f"inovasi-{number}": Held(slots=dict(slots), profile=_profile(number), submitted=FACT)
            for number, slots in enumerate(innovations)
        },
        year=2026,
    )


def _profile(number: int) -> Profile:
    return Profile(name="Inovasi", tahapan="penerapan", main_urusan=1 + number % 6)
