"""The rows of one ranking: regions with their scores, now and before, put in their places."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from services.projection.core import ranking
from services.projection.core.ranking import Place, Stage
from services.projection.tables import Heard, Score, Target
from services.projection.views import CutView, MovementView, PositionView, RowView
from shared.kernel import clocks, figures
from shared.kernel.regions import Region


class Board:
    """A province's regions with what is known of each."""

    def __init__(
        self,
        assessed: Sequence[Region],
        stage: Stage,
        scores: Mapping[str, Score],
        before: Mapping[str, Score],
        heard: Mapping[str, Heard],
        targets: Mapping[str, Target],
        places: int,
        zone: str,
    ) -> None:
        self._regions = {region.code: region for region in assessed}
        self._stage = stage
        self._scores = scores
        self._before = before
        self._heard = heard
        self._targets = targets
        self._places = places
        self._zone = zone

    def rows(self) -> tuple[RowView, ...]:
        """In order of rank."""
        then = {code: score.index for code, score in self._before.items()}
        earlier = ranking.ranks(
            ranking.rank(self._regions, then, self._stage), known=bool(self._before)
        )
        now = {code: score.index for code, score in self._scores.items()}
        places = ranking.rank(self._regions, now, self._stage)
        return tuple(self._row(place, earlier) for place in places)

    def _row(self, place: Place, earlier: Mapping[str, int]) -> RowView:
        region = self._regions[place.region]
        score = self._scores.get(place.region)
        heard = self._heard[place.region]
        moved = ranking.movement(place, earlier)
        target = self._targets.get(place.region)
        return RowView(
            rank=place.rank,
            tied=place.tied,
            region=region.code,
            name=region.name,
            kind=region.kind,
            score=None if place.score is None else self._points(place.score),
            predikat=_predikat(place, score),
            movement=MovementView(places=moved.places, words=moved.words),
            previous_rank=earlier.get(place.region),
            reported=score is not None,
            complete=score is None or score.complete,
            rule_set=score.rule_set if score else "",
            innovations=score.innovations if score else None,
            rejected=score.rejected if score else None,
            affairs=score.affairs if score else None,
            agencies=score.agencies if score else None,
            agencies_total=score.agencies_total if score else None,
            target=None if target is None else self._points(target.target),
            target_gap=None
            if target is None or place.score is None
            else figures.plain(place.score - target.target),
            decree=score.decree if score else "",
            source=score.source if score else "",
            sample=score is not None and score.sample,
            stated=score is not None and score.stated,
            cut=CutView(
                intake_seq=score.cut_seq if score else 0,
                heard_seq=heard.last_seq,
                stopped_at=heard.stopped_at,
            ),
            happened_at=clocks.local(score.happened_at, self._zone) if score else None,
            known_at=clocks.local(score.known_at, self._zone) if score else None,
            blocked=heard.stopped,
        )

    def _points(self, value: Decimal) -> str:
        """As kept; a 0 that nobody told is spelt like the others."""
        if value == ranking.ZERO:
            return figures.plain(value.quantize(Decimal(1).scaleb(-self._places)))
        return figures.plain(value)


def position(rows: Sequence[RowView]) -> PositionView:
    """The last fact counted of each region, and a digest of them all."""
    cut = {row.region: row.cut.intake_seq for row in sorted(rows, key=lambda row: row.region)}
    canonical = msgspec.json.encode(cut, order="sorted")
    return PositionView(cut=cut, digest=hashlib.sha256(canonical).hexdigest())


def _predikat(place: Place, score: Score | None) -> str:
    if place.rank is None:
        return ""
    return score.predikat if score else ranking.NOT_ASSESSABLE
