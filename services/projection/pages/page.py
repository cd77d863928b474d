"""The ranking page as parts, everything on it already in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from services.projection.core import moment
from services.projection.core.ranking import FINAL, STAGES
from services.projection.pages import frame, links, told
from services.projection.pages import listed as page_listing
from services.projection.pages import rows as page_rows
from services.projection.pages import rules as page_rules
from services.projection.pages.rows import Row
from services.projection.pages.rules import Provision
from services.projection.read import Question
from services.projection.tables import CLOCKS
from services.projection.views import RankingView, RowView
from shared.io.pages.parts import Choice, Drawn, Prose, Sheet
from shared.io.pages.wording import Words
from shared.kernel import clocks, figures
from shared.kernel.rules.ruleset import RuleSet


class Here(Struct, frozen=True, kw_only=True):
    """Where the reader is: the site as it was reached, and the choices that go along."""

    site: str = ""
    query: str = ""


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
    """What the ranking's own templates print."""

    form: Form
    caption: str
    rows: Sequence[Row]
    final: bool
    scaled: bool
    axis_floors: Sequence[str]
    cut: Sequence[tuple[str, int]]
    digest: str
    rule_digest: str
    rule_set: str
    prognosis: bool
    provisions: Sequence[Provision]
    cited: Mapping[str, str]
    permanent: str
    absolute: str
    certificate: str
    bundle: str
    any_agencies: bool
    any_target: bool
    unchanging: bool
    json: str
    generated: str
    cite: str


def build(
    view: RankingView,
    question: Question,
    rules: RuleSet | None,
    highlight: str,
    words: Words,
    here: Here,
) -> Sheet:
    """The page of a ranking."""
    year, province = view.season.year, view.province.code
    read_at = view.as_of or told.minute(view.generated_at)
    scaled = year >= page_rows.SCALED_FROM
    places = rules.places.value if rules is not None else None
    floors = page_rules.floors(rules) if scaled else ()
    named = {"province": view.province.name, "year": year}
    lines = page_rows.Lines(view, 2 if places is None else places, highlight, words, here.query)
    rows = [lines.row(row) for row in view.rows]
    page = _page(view, question, rules, rows, words, here, _form(view, question, highlight, words))
    heard = words("position.heard_note") if any(row.heard for row in rows) else ""
    axis = f"{_axis(floors, words, scaled=scaled)} {heard}".strip()
    return Sheet(
        title=words("ranking.title", **named),
        heading=words("ranking.heading", **named),
        headline=told.headline(view, rows, highlight, words),
        crumbs=[frame.home(words)],
        tabs=frame.province_tabs(province, year, "ranking", here.query, words),
        notices=told.notices(view, words),
        stamp=told.stamp(view, question, read_at, words),
        parts=[
            Drawn(template="form.html", told=page),
            Drawn(
                template="table.html",
                told=page,
                listing=page_listing.listing(view, rows, page.caption, words),
            ),
            Prose(text=axis, quiet=True),
            Drawn(template="position.html", told=page),
            *([Drawn(template="basis.html", told=page)] if page.provisions else []),
        ],
        file=f"peringkat-{province}-{year}",
    )


def _page(
    view: RankingView,
    question: Question,
    rules: RuleSet | None,
    rows: Sequence[Row],
    words: Words,
    here: Here,
    form: Form,
) -> Page:
    zone, scaled = view.province.time_zone, view.season.year >= page_rows.SCALED_FROM
    read_at = view.as_of or told.minute(view.generated_at)
    provisions = page_rules.provisions(rules, words) if rules is not None else ()

    def spoken(at: datetime) -> str:
        return clocks.spoken(at, zone, words.language)

    return Page(
        form=form,
        caption=words(
            "ranking.caption",
            count=len(rows),
            province=view.province.name,
            stage=words(f"stage.{view.stage}"),
            moment=spoken(read_at),
        ),
        rows=rows,
        final=view.stage == FINAL,
        scaled=scaled,
        axis_floors=[figures.plain(at) for at in page_rules.floors(rules) if scaled],
        cut=[(row.name, row.cut.intake_seq) for row in _by_region(view.rows)],
        digest=view.position.digest,
        rule_digest=view.season.rule_digest,
        rule_set=view.season.rule_set,
        prognosis=rules is not None and rules.standing == "prognosis",
        provisions=provisions,
        cited=page_rules.cited(rules, provisions) if rules is not None else {},
        permanent=links.permanent(view),
        absolute=here.site + links.permanent(view),
        certificate=links.certificate(view),
        bundle=f"/v1/bundles/{view.province.code}",
        any_agencies=any(row.agencies for row in rows),
        any_target=any(row.target for row in rows),
        unchanging=view.as_of is None or view.clock == "known",
        json=links.same_view(view, question),
        generated=words("position.generated", moment=spoken(view.generated_at)),
        cite=told.cite(view, read_at, words),
    )


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
