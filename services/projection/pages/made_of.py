"""What a region's score is made of, what would raise it, and how it was in other years."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from services.projection.analysis import Season
from services.projection.chronicle import HistoryView, YearView
from services.projection.core.steps import Advice, Priced
from shared.io.pages import charts
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.parts import Part, Prose, Section, Table
from shared.io.pages.wording import Words
from shared.kernel import figures
from shared.kernel.rules.ruleset import RuleSet

PLACES = 2
STEPS_SHOWN = 5
STAGES = ("mandiri", "terverifikasi", "final")
# Steps that nobody takes on a form: they wait for somebody else, or are new innovations.
ELSEWHERE = {"await_verdict", "withdraw_innovation"}
NEW = {"cover_affair", "fill_slot", "add_innovation"}


def points(value: Decimal | str, words: Words) -> str:
    """`47,04`, with a minus sign that is one."""
    told = figures.points(Decimal(value), PLACES, words.language)
    return told.replace("-", "\N{MINUS SIGN}")


def rounded(value: Decimal) -> Decimal:
    """To what is shown of parts; their exact values stand with the origin of each number."""
    return value.quantize(Decimal("0.01"))


def section(season: Season, advice: Advice, affairs: Mapping[int, str], words: Words) -> Section:
    """The three parts of a score on their own scales, and the cliffs."""
    score, rules = advice.score, season.rules
    rows = [
        _part(word, value, most, words)
        for word, value, most in (
            ("spd", score.spd, rules.spd_max.value),
            ("sid", score.mean, rules.maturity_max.value),
            ("number", score.number, _number_max(rules)),
        )
    ]
    parts: list[Part] = [
        Table(
            listing=Listing(
                name="komposisi",
                caption=words("daerah.composition"),
                quiet_caption=True,
                columns=_columns(words, bagian=False, skor=True, paling=True, terisi=False),
                rows=rows,
            ),
            sortable=False,
        )
    ]
    if advice.missing_affairs:
        named = ", ".join(affairs[code] for code in advice.missing_affairs)
        parts.append(Prose(text=words("daerah.affairs", names=named)))
    else:
        parts.append(Prose(text=words("daerah.all_affairs")))
    if advice.empty_slots:
        parts.append(Prose(text=words("daerah.slots", count=advice.empty_slots)))
    most = rules.score_max.value
    return Section(
        title=words("daerah.composition"),
        anchor="komposisi",
        lead=words(
            "daerah.composition_lead",
            total=points(rounded(score.total), words),
            most="–" if most is None else points(Decimal(most), words),
            index=points(score.index, words),
        ),
        parts=parts,
    )


def _columns(words: Words, **names: bool) -> Sequence[Column]:
    labels = {"bagian": "part", "skor": "points", "paling": "most", "terisi": "share"}
    return [
        Column(name=name, label=words(f"daerah.{labels[name]}"), number=number)
        for name, number in names.items()
    ]


def _number_max(rules: RuleSet) -> Decimal | None:
    weight, most = rules.count_weight.value, rules.count_max.value
    return None if weight is None or most is None else Decimal(weight) * Decimal(most)


def _part(word: str, value: Decimal, most: Decimal | int | None, words: Words) -> Sequence[Cell]:
    limit = None if most is None else Decimal(most)
    share = rounded(value * 100 / limit) if limit else None
    return [
        cell(words(f"daerah.{word}")),
        Cell(text=points(rounded(value), words), value=rounded(value)),
        cell("" if limit is None else points(limit, words), limit),
        cell("")
        if share is None
        else Cell(text=f"{points(share, words)} %", value=share, drawing=charts.bar(share)),
    ]


def steps(advice: Advice, affairs: Mapping[int, str], words: Words) -> Section:
    """The steps that raise the index most, each with the way to begin it."""
    best = [one for one in advice.steps if one.outcome.gain.exact > 0][:STEPS_SHOWN]
    return Section(
        title=words("daerah.steps"),
        anchor="langkah",
        lead=words("daerah.steps_lead"),
        parts=[
            Table(
                listing=Listing(
                    name="langkah",
                    caption=words("daerah.steps"),
                    quiet_caption=True,
                    empty=words("daerah.no_steps"),
                    columns=[
                        Column(name="langkah", label=words("daerah.step")),
                        Column(name="kenaikan", label=words("daerah.gain"), number=True),
                        Column(name="indeks", label=words("daerah.becomes"), number=True),
                        Column(name="peringkat", label=words("daerah.rank_gain"), number=True),
                        Column(name="upaya", label=words("daerah.effort")),
                    ],
                    rows=[_step(one, affairs, words) for one in best],
                ),
            )
        ],
    )


def _step(one: Priced, affairs: Mapping[int, str], words: Words) -> Sequence[Cell]:
    step, outcome = one.step, one.outcome
    gain = rounded(outcome.gain.shown)
    return [
        cell(
            words(
                f"langkah.{step.kind}",
                nama=step.nama,
                innovation=step.innovation_name or step.innovation,
                to=step.to_level,
                affair=affairs.get(step.affair, ""),
            ).strip()
        ),
        Cell(text=f"+{points(gain, words)}", value=gain),
        Cell(text=points(outcome.index, words), value=outcome.index, note=outcome.predikat),
        cell(str(outcome.rank), outcome.rank),
        cell(words(f"upaya.{step.effort}")),
    ]


def years(history: HistoryView, words: Words) -> Section:
    """Every season by its own rules, the newest first; never one line across schemes."""
    return Section(
        title=words("daerah.years"),
        anchor="tahun",
        lead=words("daerah.years_lead"),
        parts=[
            Table(
                listing=Listing(
                    name="tahun",
                    caption=words("daerah.years"),
                    quiet_caption=True,
                    columns=[
                        Column(name="tahun", label=words("daerah.year")),
                        *(
                            Column(name=stage, label=words(f"daerah.{stage}"), number=True)
                            for stage in STAGES
                        ),
                        Column(name="predikat", label=words("daerah.predikat")),
                        Column(name="target", label=words("daerah.target"), number=True),
                        Column(name="aturan", label=words("daerah.rules")),
                    ],
                    rows=[_year(each, history.region, words) for each in reversed(history.seasons)],
                )
            )
        ],
    )


def _year(each: YearView, region: str, words: Words) -> Sequence[Cell]:
    told = {stage.stage: stage for stage in each.stages}
    best = told.get("final") or told.get("terverifikasi") or told.get("mandiri")
    language = "?bahasa=en" if words.language == "en" else ""
    return [
        Cell(text=str(each.year), value=each.year, link=f"/daerah/{region}/{each.year}{language}"),
        *(
            Cell(
                text=points(told[stage].score, words),
                value=Decimal(told[stage].score),
                note=words("daerah.rank", rank=told[stage].rank, of=told[stage].ranked)
                if told[stage].rank
                else "",
            )
            if stage in told
            else cell("")
            for stage in STAGES
        ),
        cell(best.predikat if best else ""),
        cell("")
        if each.target is None
        else Cell(text=points(each.target.target, words), value=Decimal(each.target.target)),
        cell(each.rule_set),
    ]
