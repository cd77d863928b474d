"""What a ranking is said to be, in sentences: who leads, how sure it is, what it stands on."""

from collections.abc import Sequence
from datetime import datetime

from services.projection.core.ranking import FINAL
from services.projection.pages.rows import Row
from services.projection.read import Question
from services.projection.views import RankingView
from shared.io.pages.parts import Notice
from shared.io.pages.wording import Words
from shared.kernel import clocks

# More leaders than this are counted, not named.
LEADERS_NAMED_MAX = 3


def cite(view: RankingView, read_at: datetime, words: Words) -> str:
    """How somebody names this view in a letter: what it is, as of when, under which rules."""
    zone = view.province.time_zone
    return words(
        "position.cite",
        title=words("ranking.heading", province=view.province.name, year=view.season.year),
        stage=words(f"stage.{view.stage}"),
        moment=clocks.spoken(read_at, zone, words.language),
        rule_set=view.season.rule_set,
        digest=view.position.digest[:16],
    )


def headline(view: RankingView, rows: Sequence[Row], highlight: str, words: Words) -> str:
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


def notices(view: RankingView, words: Words) -> Sequence[Notice]:
    present = {
        "projection": view.stage != FINAL,
        "sample": any(row.sample for row in view.rows),
        "incomplete": any(not row.complete for row in view.rows),
        "blocked": any(row.blocked for row in view.rows),
    }
    return [
        Notice(
            tone=kind,
            title=words(f"notice.{kind}"),
            why=words(f"notice.{kind}_why", rule_set=view.season.rule_set),
        )
        for kind, shown in present.items()
        if shown
    ]


def stamp(
    view: RankingView, question: Question, read_at: datetime, words: Words
) -> Sequence[tuple[str, str]]:
    zone, language = view.province.time_zone, words.language
    chosen = question.as_of or question.since
    compared = view.compared_with if chosen else minute(view.compared_with)
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


def minute(exact: datetime) -> datetime:
    """A moment nobody asked for by the second is not read aloud to the second."""
    return exact.replace(second=0)
