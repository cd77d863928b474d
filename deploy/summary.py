"""`python -m deploy.summary`: where Tanah Bumbu stands, where things are, and two commands to try.

Reads `INTAKE_URL`, `SCORING_URL`, `PROJECTION_URL` and `SAMPLE_KEYS_FILE` and
`SAMPLE_LOGINS_FILE`. Every number is asked of the running system; only the questions stand here.
"""

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct

from deploy.client import client
from deploy.sample import calendar, draw, logins, ranking
from deploy.sample.calendar import Season
from deploy.sample.plan import Claims, level_of
from deploy.sample.ranking import NotYet, Ranking
from deploy.sample.traits import ALL, PROVINCE, RULES_OPEN, YEAR_CLOSED, YEAR_OPEN
from services.intake.bodies.indicator import ClaimItemBody
from shared.io import rulebook
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import LEVEL_MAX

REGION = "63.10"
# Pangkalpinang: four years on two scales, each as it was published.
REGION_OF_HISTORY = "19.71"
KEY = f"{REGION} region_admin"


class Question(Struct, frozen=True, kw_only=True):
    """A ranking to look the region up in, and how the line begins."""

    words: str
    year: int
    stage: str
    as_of: str = ""


QUESTIONS = (
    Question(words="per 10 Februari 2025", year=YEAR_CLOSED, stage="final", as_of="2025-02-10"),
    Question(words="per 17 Maret 2025", year=YEAR_CLOSED, stage="final", as_of="2025-03-17"),
    Question(words="saat ini, mandiri", year=YEAR_OPEN, stage="mandiri"),
    Question(words="saat ini, terverifikasi", year=YEAR_OPEN, stage="terverifikasi"),
)


async def main(environment: Mapping[str, str]) -> str:
    """All that is to be said."""
    async with client.connected(environment["PROJECTION_URL"]) as http:
        asked = [
            await ranking.read(http, PROVINCE, each.year, each.stage, each.as_of)
            for each in QUESTIONS
        ]
    file = Path(environment["SAMPLE_KEYS_FILE"])
    parts = (
        _positions(asked),
        _addresses(environment),
        _credentials(file),
        _logins(environment),
        _commands(environment, _key(file)),
    )
    return "\n\n".join("\n".join(lines) for lines in parts)


def _positions(asked: Sequence[Ranking]) -> Iterable[str]:
    places = [_place(question, each) for question, each in zip(QUESTIONS, asked, strict=True)]
    name = next(row.name for row in asked[0].rows if row.region == REGION)
    yield f"{name} di Kalimantan Selatan"
    yield from places
    for notice in dict.fromkeys(each.notice for each in asked if each.notice):
        yield f"  {notice}."


def _place(question: Question, told: Ranking) -> str:
    row = next((row for row in told.rows if row.region == REGION), None)
    began = f"  IID {question.year} {question.words:<24}"
    if row is None or row.rank is None or row.score is None:
        return f"{began} belum ada peringkat"
    score = _decimal(row.score)
    return f"{began} peringkat {row.rank:>2} dari {len(told.rows)}   {score:>6}  {row.predikat}"


def _addresses(environment: Mapping[str, str]) -> Iterable[str]:
    pages, intake, scoring = (
        environment[f"{name}_URL"] for name in ("PROJECTION", "INTAKE", "SCORING")
    )
    yield "Alamat"
    yield f"  halaman      {pages}/peringkat/{PROVINCE}/{YEAR_OPEN}"
    history = f"{pages}/v1/regions/{REGION_OF_HISTORY}/history"
    yield f"  riwayat      {history}   Pangkalpinang sejak 2020"
    yield f"  intake       {intake}   dokumen: {intake}/openapi/openapi.json"
    yield f"  baca (API)   {pages}/openapi/openapi.json"
    yield f"  scoring      {scoring}/readyz"


def _credentials(file: Path) -> Iterable[str]:
    yield "Kunci API contoh, hanya untuk komputer ini"
    yield f"  semua        {file}"
    yield f"  {REGION}        {_key(file)}"


def _logins(environment: Mapping[str, str]) -> Iterable[str]:
    known = logins.held(Path(environment["SAMPLE_LOGINS_FILE"]))
    yield f"Masuk sebagai orang contoh: {environment['INTAKE_URL']}/masuk"
    for login in logins.LOGINS:
        yield f"  {login.role:<13} {login.tenant:<6} {login.email:<28} {known[login.email]}"


def _key(file: Path) -> str:
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str])[KEY]


def _commands(environment: Mapping[str, str], key: str) -> Iterable[str]:
    claim = best_claim()
    base = f"{environment['INTAKE_URL']}/v1/regions/{REGION}/seasons/{YEAR_OPEN}"
    body = f'{{"level":{LEVEL_MAX},"evidence":[{{"sha256":"{claim.evidence[0].sha256}"}}]}}'
    read = f"{environment['PROJECTION_URL']}/v1/provinces/{PROVINCE}/seasons/{YEAR_OPEN}/ranking"
    nama = ruleset.row(rulebook.rule_sets()[RULES_OPEN], claim.indicator).nama
    yield f"Coba: klaim tingkat {LEVEL_MAX} untuk {claim.indicator} ({nama}),"
    yield "lalu baca peringkatnya"
    yield f"  curl -X PUT '{base}/indicators/{claim.indicator}/claim' \\"
    yield f"    -H 'Authorization: Bearer {key}' \\"
    yield "    -H 'Content-Type: application/json' \\"
    yield f"    -d '{body}'"
    yield f"  curl '{read}?stage=mandiri'"


def best_claim() -> ClaimItemBody:
    """The region's own row with the most to gain; its evidence is already uploaded."""
    traits = next(each for each in ALL if each.region == REGION)
    # What is claimed does not depend on the days, so any will do.
    first = date(YEAR_OPEN, 6, 1)
    plan = draw.season(traits, Season(first=first, last=first + timedelta(days=calendar.DAYS_MIN)))
    rules = rulebook.rule_sets()[RULES_OPEN]
    own = next(step for step in plan.steps if isinstance(step, Claims)).items

    def gain(claim: ClaimItemBody) -> int:
        weight = ruleset.weight_hundredths(ruleset.row(rules, claim.indicator))
        return weight * (LEVEL_MAX - level_of(claim))

    return max(own, key=gain)


def _decimal(score: Decimal) -> str:
    return str(score).replace(".", ",")


def run() -> int:
    """The command line: 0 when all was there to tell."""
    try:
        print(asyncio.run(main(os.environ)))
    except (NotYet, httpx.HTTPError) as failure:
        print(f"Ringkasan belum dapat disusun: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run())
