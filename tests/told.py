"""Facts of one region by hand: what was said on which day, as its log would hold it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier
from shared.kernel import streams
from shared.kernel.events.agency import AgencyRegistered
from shared.kernel.events.indicator import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
)
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationSubmitted,
    Profile,
)
from shared.kernel.recorded import Event, Meta, Recorded
from tests.histories import DESIGN, INNOVATION_CODES, REGION_CODES

YEAR = 2026
ZONE = "Asia/Makassar"
BEGIN = datetime(2026, 6, 1, 1, tzinfo=UTC)
SPD = REGION_CODES[0]
SID = INNOVATION_CODES[0]
OTHER_SID = INNOVATION_CODES[1]


def day(number: float) -> datetime:
    """That many days after the first."""
    return BEGIN + timedelta(days=number)


def facts(*said: tuple[float, Event], role: str = "region_admin") -> list[Recorded]:
    """What was said on which day, in order."""
    return [
        Recorded(
            tenant="63.10",
            seq=seq,
            stream=streams.stream_of(event),
            version=1,
            event=event,
            meta=Meta(actor="kunci", role=role),
            recorded_at=day(number),
        )
        for seq, (number, event) in enumerate(said, start=1)
    ]


def dossier(told: Iterable[Recorded]) -> Dossier:
    return dossiers.opened(told)


def file(letter: str, dated: date | None = date(2026, 2, 1)) -> EvidenceReference:
    return EvidenceReference(
        sha256=letter * 64, size_bytes=9, media_type="application/pdf", document_date=dated
    )


def agency(name: str, parent: str = "") -> AgencyRegistered:
    return AgencyRegistered(year=YEAR, agency=name, name=name.upper(), kind="dinas", parent=parent)


def profile(
    agency_id: str = "",
    *,
    office: str = "",
    tahapan: str = "penerapan",
    applied: date | None = date(2024, 5, 1),
    urusan: int = 1,
) -> Profile:
    return Profile(
        name="Inovasi",
        tahapan=tahapan,
        main_urusan=urusan,
        agency=agency_id,
        perangkat_daerah=office,
        implementation_date=applied,
        design=DESIGN,
    )


def registered(name: str, told: Profile | None = None) -> InnovationRegistered:
    return InnovationRegistered(year=YEAR, innovation=name, profile=told or profile())


def submitted(name: str) -> InnovationSubmitted:
    return InnovationSubmitted(year=YEAR, innovation=name)


def claimed(
    level: int, *files: EvidenceReference, innovation: str = "", indicator: str = ""
) -> IndicatorClaimed:
    code = indicator or (SID if innovation else SPD)
    return IndicatorClaimed(
        year=YEAR, innovation=innovation, indicator=code, level=level, evidence=files
    )


def accepted(level: int, *, innovation: str = "", indicator: str = "") -> IndicatorAccepted:
    code = indicator or (SID if innovation else SPD)
    return IndicatorAccepted(year=YEAR, innovation=innovation, indicator=code, level=level)


def returned(*, innovation: str = "", indicator: str = "") -> IndicatorReturned:
    code = indicator or (SID if innovation else SPD)
    return IndicatorReturned(
        year=YEAR, innovation=innovation, indicator=code, reason="tidak_terbaca"
    )
