"""The annex of a certificate for people: names, words, and what leads back to the signed file."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.projection.certificates.certificate import Row
from services.projection.certificates.certifying import Certified
from services.projection.core.replay import SECOND
from shared.io import qr, typeset
from shared.io.pages.wording import Words
from shared.kernel import clocks, figures
from shared.kernel.regions import Region, Register

# Sources and rules differ in how many they write; paper has them one below the other.
PLACES = 2
TEMPLATE = Path(__file__).parent / "annex.typ"


def pdf(
    certified: Certified, register: Register, words: Words, address: str, made_at: datetime
) -> bytes:
    """The same certificate, address and language give the same bytes."""
    made = certified.certificate
    province = register.by_code[made.province]
    return typeset.pdf(TEMPLATE, _data(certified, province, register, words, address), made_at)


def _data(
    certified: Certified, province: Region, register: Register, words: Words, address: str
) -> dict[str, Any]:
    made = certified.certificate
    stage = words(f"stage.{made.stage}")
    known = clocks.spoken(made.known_until - SECOND, province.time_zone, words.language)
    signature = certified.written.decode().rstrip("\n").rpartition(" ")[2]
    return {
        "language": words.language,
        "title": words("certificate.title", province=province.name, year=made.year),
        "notice": "" if made.standing == "official" else words(f"notice.{made.standing}"),
        "facts": [
            (words("ranking.stage"), stage),
            (words("ranking.state"), known),
            *((words("ranking.rules"), name) for name, _ in made.rules),
            *((words("certificate.decree"), each) for each in made.decrees),
            (words("certificate.cut"), figures.count(made.size, words.language)),
        ],
        "columns": [
            words(f"certificate.{name}")
            for name in ("rank", "code", "name", "index", "predikat", "facts")
        ],
        "rows": [_row(row, register, words) for row in made.rows],
        "words": {name: words(f"certificate.{name}") for name in ("page", "signed", "how")},
        "proof": [
            (words("certificate.file"), certified.sha256),
            (words("certificate.key"), certified.key),
            (words("certificate.signature"), signature),
            (words("certificate.root"), made.root.hex()),
            *((f"{words('certificate.digest')} {name}", digest) for name, digest in made.rules),
            (words("certificate.address"), address),
        ],
        "address": address,
        "qr": qr.svg(address),
    }


def _row(row: Row, register: Register, words: Words) -> list[str]:
    index = "–"
    if row.index is not None:
        index = figures.points(Decimal(row.index), PLACES, words.language)
    return [
        "–" if row.rank is None else str(row.rank),
        row.region,
        register.by_code[row.region].name,
        index,
        row.predikat or "–",
        figures.count(row.size, words.language),
    ]
