"""What projection answers over JSON: fields are only ever added.

Moments carry the offset of the province; points are decimal strings; a region's code is its key.
"""

from datetime import datetime

from msgspec import Struct


class RegionView(Struct, frozen=True, kw_only=True):
    """One region as it is coded today; `assessed` says whether the index is measured for it."""

    code: str
    name: str
    kind: str
    assessed: bool


class ProvinceView(Struct, frozen=True, kw_only=True):
    """A province and the zone its days end in."""

    code: str
    name: str
    time_zone: str


class RegionsView(Struct, frozen=True, kw_only=True):
    """The kabupaten and kota of a province."""

    province: ProvinceView
    regions: tuple[RegionView, ...]


class PhaseView(Struct, frozen=True, kw_only=True):
    """A stage (tahapan) of the season's calendar; `closes_at` is its last moment."""

    name: str
    opens_at: datetime
    closes_at: datetime


class SeasonView(Struct, frozen=True, kw_only=True):
    """A year of assessment under its rule set; `rule_digest` names the rule file's bytes.

    `letter` is the instrument that opened it. Reporting counts until the `deadline` included, None
    while no end is known; `closed` says that it has passed, `frozen` that nothing changes any more.
    At a moment before it was `opened` there is neither a letter nor a day of opening.
    """

    year: int
    keeper: str
    rule_set: str
    rule_digest: str
    closed: bool
    frozen: bool
    opened: bool
    opened_at: datetime | None
    deadline: datetime | None
    phases: tuple[PhaseView, ...] = ()
    letter: str = ""


class SeasonsView(Struct, frozen=True, kw_only=True):
    """All seasons known, the newest first."""

    seasons: tuple[SeasonView, ...]


class MovementView(Struct, frozen=True, kw_only=True):
    """Places gained since `compared_with`; null where there is nothing to compare."""

    places: int | None
    words: str


class CutView(Struct, frozen=True, kw_only=True):
    """How far the region's intake log is counted in the row, heard, and where it had to stop.

    `stopped_at` is null where nothing stopped, or where a score did: see the row's `blocked`.
    """

    intake_seq: int
    heard_seq: int
    stopped_at: int | None


class RowView(Struct, frozen=True, kw_only=True):
    """One region's place. `reported` is false where nothing was ever scored: it counts as 0.

    `affairs` is the number of basic-service affairs covered, of six; `complete` is false where
    the rule set has rows of unknown weight; `sample` marks invented values; `stated` scores were
    told by `source` and not computed here. `rejected` innovations are reported and worth nothing.
    `agencies` are as the result was published; what the season's facts say of them is told by the
    participation. `target` is what the region's plan (RPJMD) promises, `target_gap` the score less
    the target.
    """

    rank: int | None
    tied: bool
    region: str
    name: str
    kind: str
    score: str | None
    predikat: str
    movement: MovementView
    previous_rank: int | None
    reported: bool
    complete: bool
    rule_set: str
    innovations: int | None
    rejected: int | None
    affairs: int | None
    agencies: int | None
    agencies_total: int | None
    target: str | None
    target_gap: str | None
    decree: str
    source: str
    sample: bool
    stated: bool
    cut: CutView
    happened_at: datetime | None
    known_at: datetime | None
    blocked: bool


class PositionView(Struct, frozen=True, kw_only=True):
    """Which facts the ranking rests on: the last one of each region, and a digest of them all.

    `digest` is the SHA-256 of `cut` as JSON with sorted keys and no spaces.
    """

    cut: dict[str, int]
    digest: str


class RankingView(Struct, frozen=True, kw_only=True):
    """The ranking of a province's regions at a moment; `as_of` is null for the present one.

    `official` is true only for published results that are not samples; otherwise `notice` is the
    sentence every display must show.
    """

    province: ProvinceView
    season: SeasonView
    stage: str
    clock: str
    as_of: datetime | None
    compared_with: datetime
    official: bool
    notice: str | None
    rows: tuple[RowView, ...]
    position: PositionView
    generated_at: datetime
