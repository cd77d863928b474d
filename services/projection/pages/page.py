"""The ranking page as data: everything the template prints, already in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from services.projection.core import moment
from services.projection.core.ranking import FINAL, STAGES
from services.projection.pages import links
from services.projection.pages import rows as page_rows
from services.projection.pages import rules as page_rules
from services.projection.pages.rows import Row
from services.projection.pages.rules import Provision
from services.projection.read import Question
from services.projection.tables import CLOCKS
from services.projection.views import RankingView, RowView
from shared.io.pages.wording import Words
from shared.kernel import clocks, figures
from shared.kernel.rules.ruleset import RuleSet

# The first year of the scale of 0 to 100; earlier indexes are open sums and get no bar.
SCALED_FROM = 2021
# More leaders than this are counted, not named.
LEADERS_NAMED_MAX = 3


class Notice(Struct, frozen=True, kw_only=True):
    """Something the reader must know before the numbers."""

    kind: str
    title: str
    why: str


class Choice(Struct, frozen=True, kw_only=True):
    """One option of a select."""

    value: str
    label: str
    chosen: bool


class Form(Struct, frozen=True, kw_only=True):
    """The filter form as it was filled in; a date field cannot hold a moment, a text field can."""

    action: str
    stages: Sequence[Choice]
    clocks: Sequence[Choice]
    regions: Sequence[Choice]
    as_of: str
    as_of_type: str
    since: str
    since_type: str
    language: str
    changed: bool
    more: bool


class Page(Struct, frozen=True, kw_only=True):
    """One ranking page."""

    title: str
    heading: str
    headline: str
    notices: Sequence[Notice]
    stamp: Sequence[tuple[str, str]]
    form: Form
    caption: str
    rows: Sequence[Row]
    final: bool
    scaled: bool
    axis: str
    axis_floors: Sequence[str]
    cut: Sequence[tuple[str, int]]
    any_heard: bool
    digest: str
    rule_digest: str
    rule_set: str
    prognosis: bool
    provisions: Sequence[Provision]
    cited: Mapping[str, str]
    permanent: str
    unchanging: bool
    json: str
    generated: str


def build(
    view: RankingView, question: Question, rules: RuleSet | None, highlight: str, words: Words
) -> Page:
    """The page of a ranking."""
    zone = view.province.time_zone
    read_at = view.as_of or _minute(view.generated_at)
    scaled = view.season.year >= SCALED_FROM
    places = rules.places.value if rules is not None else None
    floors = page_rules.floors(rules) if scaled else ()
    named = {"province": view.province.name, "year": view.season.year}
    lines = page_rows.Lines(zone, 2 if places is None else places, highlight, words, scaled=scaled)
    rows = [lines.row(row) for row in view.rows]
    provisions = page_rules.provisions(rules, words) if rules is not None else ()
    return Page(
        title=words("ranking.title", **named),
        heading=words("ranking.heading", **named),
        headline=_headline(view, rows, highlight, words),
        notices=_notices(view, words),
        stamp=_stamp(view, question, read_at, words),
        form=_form(view, question, highlight, words),
        caption=words(
            "ranking.caption",
            count=len(rows),
            province=view.province.name,
            stage=words(f"stage.{view.stage}"),
            moment=clocks.spoken(read_at, zone, words.language),
        ),
        rows=rows,
        final=view.stage == FINAL,
        scaled=scaled,
        axis=_axis(floors, words, scaled=scaled),
        axis_floors=[figures.plain(floor) for floor in floors],
        cut=[(row.name, row.cut.intake_seq) for row in _by_region(view.rows)],
        any_heard=any(row.heard for row in rows),
        digest=view.position.digest,
        rule_digest=view.season.rule_digest,
        rule_set=view.season.rule_set,
        prognosis=rules is not None and rules.standing == "prognosis",
        provisions=provisions,
        cited=page_rules.cited(rules, provisions) if rules is not None else {},
        permanent=links.permanent(view),
        unchanging=view.as_of is None or view.clock == "known",
        json=links.same_view(view, question),
        generated=words(
            "position.generated", moment=clocks.spoken(view.generated_at, zone, words.language)
        ),
    )


def _headline(view: RankingView, rows: Sequence[Row], highlight: str, words: Words) -> str:
    """Who leads, and the one other thing worth saying first."""
    if not any(row.reported for row in view.rows):
        return words("ranking.no_results" if view.stage == FINAL else "ranking.no_data") + "."
    leaders = [row for row, shown in zip(rows, view.rows, strict=True) if shown.rank == 1]
    if len(leaders) == 1:
        first = words("ranking.leads", name=leaders[0].name, score=leaders[0].score)
    else:
        first = words("ranking.share", names=_names(leaders, words))
    return f"{first}; {_second(view, highlight, words)}."


def _names(leaders: Sequence[Row], words: Words) -> str:
    if len(leaders) > LEADERS_NAMED_MAX:
        return words("ranking.many", count=len(leaders))
    *others, last = (row.name for row in leaders)
    return f"{', '.join(others)} {words('ranking.and')} {last}"


def _second(view: RankingView, highlight: str, words: Words) -> str:
    count = len(view.rows)
    chosen = next((row for row in view.rows if row.region == highlight), None)
    if chosen is not None and chosen.rank is None:
        return words("ranking.without_rank", name=chosen.name)
    if chosen is not None:
        return words("ranking.at_rank", name=chosen.name, rank=chosen.rank, count=count)
    risen = max(view.rows, key=lambda row: row.movement.places or 0)
    if risen.movement.places is not None and risen.movement.places > 0:
        places = risen.movement.places
        return words("ranking.rose", name=risen.name, places=places, rank=risen.rank, count=count)
    zone = view.province.time_zone
    return words("ranking.still", day=clocks.day(view.compared_with, zone, words.language))


def _notices(view: RankingView, words: Words) -> Sequence[Notice]:
    present = {
        "projection": view.stage != FINAL,
        "sample": any(row.sample for row in view.rows),
        "incomplete": any(not row.complete for row in view.rows),
        "blocked": any(row.blocked for row in view.rows),
    }
    return [
        Notice(
            kind=kind,
            title=words(f"notice.{kind}"),
            why=words(f"notice.{kind}_why", rule_set=view.season.rule_set),
        )
        for kind, shown in present.items()
        if shown
    ]


def _stamp(
    view: RankingView, question: Question, read_at: datetime, words: Words
) -> Sequence[tuple[str, str]]:
    zone, language = view.province.time_zone, words.language
    chosen = question.as_of or question.since
    compared = view.compared_with if chosen else _minute(view.compared_with)
    letter = view.season.letter
    return [
        (words("ranking.state"), clocks.spoken(read_at, zone, language)),
        (words("ranking.rules"), view.season.rule_set),
        (words("ranking.stage"), words(f"stage.{view.stage}")),
        (words("ranking.clock"), words(f"clock.{view.clock}")),
        (words("ranking.against"), clocks.spoken(compared, zone, language)),
        (words("ranking.season"), _season(view, words)),
        *([(words("ranking.letter"), letter)] if letter else []),
    ]


def _season(view: RankingView, words: Words) -> str:
    """Until when reporting counts, in words; a closing need not have said when it was."""
    season = view.season
    if not season.opened:
        return words("ranking.unopened")
    state = "frozen" if season.frozen else "closed" if season.closed else "open"
    if season.deadline is None:
        return words(f"ranking.{state}")
    named = {"open": "open_until", "closed": "closed_at", "frozen": "frozen_after"}[state]
    until = clocks.spoken(season.deadline, view.province.time_zone, words.language)
    return words(f"ranking.{named}", moment=until)


def _minute(exact: datetime) -> datetime:
    """A moment nobody asked for by the second is not read aloud to the second."""
    return exact.replace(second=0)


def _form(view: RankingView, question: Question, highlight: str, words: Words) -> Form:
    more = bool(question.since or view.clock != CLOCKS[0] or highlight)
    nobody = Choice(value="", label=words("form.nobody"), chosen=not highlight)
    return Form(
        action=links.page(view.province.code, view.season.year),
        stages=[
            Choice(value=stage, label=words(f"stage.{stage}"), chosen=stage == view.stage)
            for stage in STAGES
        ],
        clocks=[
            Choice(value=jam, label=words(f"clock.{clock}"), chosen=clock == view.clock)
            for jam, clock in links.JAM.items()
        ],
        regions=[
            nobody,
            *(
                Choice(value=row.region, label=row.name, chosen=row.region == highlight)
                for row in _by_region(view.rows)
            ),
        ],
        as_of=question.as_of,
        as_of_type=_field_type(question.as_of),
        since=question.since,
        since_type=_field_type(question.since),
        language=words.language,
        changed=bool(question.as_of or more),
        more=more,
    )


def _field_type(given: str) -> str:
    return "date" if not given or moment.is_date(given) else "text"


def _axis(floors: Sequence[Decimal], words: Words, *, scaled: bool) -> str:
    if not scaled:
        return words("axis.open")
    read: Mapping[Decimal, str] = {
        floor: figures.points(floor, 0, words.language) for floor in floors
    }
    return words("axis.note", floors="; ".join(read[floor] for floor in sorted(floors)))


def _by_region(rows: Sequence[RowView]) -> Sequence[RowView]:
    return sorted(rows, key=lambda row: row.region)
