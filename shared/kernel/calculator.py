"""A score from a plain list of levels, without any log: the same rows and formula as everywhere.

The input is someone else's JSON, so every refusal names the path of what does not fit.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

from msgspec import Struct

from shared.kernel.errors import Refused
from shared.kernel.rules import formula, levels, ruleset
from shared.kernel.rules.affairs import Affair
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import LEVEL_MAX, Row, RuleSet
from shared.kernel.scorecard import BASIC_AFFAIRS

# Far beyond any region (the count that scores ends at 200); a longer list is another mistake.
INNOVATIONS_MAX = 100_000


# The mean and the total are divisions; more digits than this are shown by nobody.
SHOWN = Decimal("0.000001")


class Answer(Struct, frozen=True, kw_only=True):
    """The index and its parts, with the rules it stands on; the parts to six decimals."""

    iid: Decimal
    predikat: str
    spd: Decimal
    mean: Decimal
    number: Decimal
    total: Decimal
    innovations: int
    affairs_covered: int
    divisor: int
    complete: bool
    ruleset: str
    digest: str


class Contribution(Struct, frozen=True, kw_only=True):
    """One row's share: `points` in its own table, `of_innovation` which one (0: the region)."""

    of_innovation: int
    indicator: str
    nama: str
    weight: Decimal
    level: int
    points: Decimal


class Calculator:
    """One rule set, ready to score any number of regions."""

    def __init__(self, rules: RuleSet, digest: str, affairs: Sequence[Affair]) -> None:
        self._rules = rules
        self._digest = digest
        self._region = {row.code: row for row in ruleset.region_rows(rules)}
        self._innovation = {row.code: row for row in ruleset.innovation_rows(rules)}
        self._region_weights = _weights(self._region)
        self._innovation_weights = _weights(self._innovation)
        self._affairs = {slug(affair.nama): affair.number for affair in affairs}

    def calculate(self, given: Any) -> Answer:
        """The answer to one decoded object; `Refused` names the path of what does not fit."""
        entry = _object(given, "$", {"spd", "innovations"})
        spd = self._points(entry.get("spd", {}), "$.spd", self._region, self._region_weights)
        innovations = _list(entry.get("innovations", []), "$.innovations")
        weights = self._innovation_weights
        maturity, covered = 0, set()
        for place, innovation in enumerate(innovations):
            path = f"$.innovations[{place}]"
            fields = _object(innovation, path, {"affair", "levels", "name"})
            covered.add(self._affair(fields.get("affair"), f"{path}.affair"))
            told = fields.get("levels", {})
            maturity += self._points(told, f"{path}.levels", self._innovation, weights)
        tally = Tally(
            spd=spd,
            maturity=maturity,
            innovations=len(innovations),
            affairs=len(covered & set(BASIC_AFFAIRS)),
        )
        return self._answer(formula.score(self._rules, tally))

    def explain(self, given: Mapping[str, Any]) -> Iterable[Contribution]:
        """Every row that earned points, of an object that `calculate` has accepted."""
        for code, told in given.get("spd", {}).items():
            row = self._region[code]
            yield self._contribution(0, row, self._level(row, told, f"$.spd.{code}"))
        for place, innovation in enumerate(given.get("innovations", []), start=1):
            for code, told in innovation.get("levels", {}).items():
                row = self._innovation[code]
                path = f"$.innovations[{place - 1}].levels.{code}"
                yield self._contribution(place, row, self._level(row, told, path))

    def _answer(self, score: Score) -> Answer:
        return Answer(
            iid=score.index,
            predikat=score.predikat,
            spd=_shown(score.spd),
            mean=_shown(score.mean),
            number=_shown(score.number),
            total=_shown(score.total),
            innovations=score.innovations,
            affairs_covered=score.affairs,
            divisor=score.divisor,
            complete=score.complete,
            ruleset=self._rules.id,
            digest=self._digest,
        )

    def _contribution(self, place: int, row: Row, level: int) -> Contribution:
        hundredths = ruleset.weight_hundredths(row)
        return Contribution(
            of_innovation=place,
            indicator=row.code,
            nama=row.nama,
            weight=Decimal(hundredths).scaleb(-2),
            level=level,
            points=Decimal(hundredths * level).scaleb(-2),
        )

    def _points(
        self, given: Any, path: str, rows: Mapping[str, Row], weights: Mapping[str, int]
    ) -> int:
        """What a table of levels is worth, in hundredths."""
        if not isinstance(given, dict):
            _refuse(path, "object")
        points = 0
        for code, told in given.items():
            weight = weights.get(code)
            if weight is None:
                raise Refused("calculator.unknown_code", path=path, code=code, rules=self._rules.id)
            quick = type(told) is int and 0 <= told <= LEVEL_MAX
            points += weight * (told if quick else self._level(rows[code], told, f"{path}.{code}"))
        return points

    def _level(self, row: Row, told: Any, path: str) -> int:
        """A level, or the raw figure it follows from: `2`, `{"figure": "4.37"}`."""
        if isinstance(told, dict) and set(told) == {"figure"}:
            if row.bands is None:
                raise Refused("calculator.without_bands", path=path, rules=self._rules.id)
            spelt = told["figure"]
            if not isinstance(spelt, str) or not levels.is_figure(spelt):
                raise Refused("calculator.figure", path=path, given=_short(spelt))
            return ruleset.level_of(row.bands, Decimal(spelt))
        if type(told) is not int or not 0 <= told <= LEVEL_MAX:
            raise Refused("calculator.level", path=path, given=_short(told))
        return told

    def _affair(self, given: Any, path: str) -> int:
        """An urusan by its number or its name: `2`, `"kesehatan"`, `"Kesehatan"`."""
        if type(given) is int and given in self._affairs.values():
            return given
        if isinstance(given, str) and slug(given) in self._affairs:
            return self._affairs[slug(given)]
        raise Refused("calculator.affair", path=path, given=_short(given))


def _short(given: Any) -> str:
    try:
        return json.dumps(given, default=str)[:40]
    except RecursionError:  # nested as deeply as a decoder allows, and deeper than an encoder does
        return "…"


def _weights(rows: Mapping[str, Row]) -> Mapping[str, int]:
    return {code: ruleset.weight_hundredths(row) for code, row in rows.items()}


def _shown(points: Decimal) -> Decimal:
    """To six decimals, without the zeros that end them."""
    rounded = ruleset.EXACT.quantize(points, SHOWN).normalize(ruleset.EXACT)
    return rounded if rounded != rounded.to_integral_value() else rounded.quantize(Decimal(1))


def slug(name: str) -> str:
    """A name as one word: `Pekerjaan Umum` is `pekerjaan-umum`."""
    return "-".join(name.lower().replace("_", " ").replace("-", " ").replace(",", " ").split())


def _object(given: Any, path: str, fields: set[str]) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        _refuse(path, "object")
    for name in given:
        if name not in fields:
            raise Refused("calculator.unknown_field", path=path, field=str(name)[:40])
    return given


def _list(given: Any, path: str) -> Sequence[Any]:
    if not isinstance(given, list):
        _refuse(path, "array")
    if len(given) > INNOVATIONS_MAX:
        raise Refused("calculator.too_many", path=path, innovations_max=INNOVATIONS_MAX)
    return given


def _refuse(path: str, needed: str) -> NoReturn:
    raise Refused("calculator.shape", path=path, needed=needed)
