"""A season of a region as a spreadsheet: which sheets and columns, and what stands in them now.

The columns of `Inovasi` are the items of the year's form in their order. What one file is told
with is one row of `Indikator` or `Daerah`; files with the same document data share a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from services.intake.core.agency import Agency
from services.intake.core.indicator import EMPTY, Slot
from services.intake.core.innovation import Innovation
from services.intake.core.spreadsheet import guide
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.events.innovation import Profile
from shared.kernel.rules import forms, ruleset
from shared.kernel.rules.affairs import Affair
from shared.kernel.rules.forms import Form, Item
from shared.kernel.rules.ruleset import Row, RuleSet
from shared.kernel.tables import Column, Sheet, Workbook

INNOVATIONS = "Inovasi"
INDICATORS = "Indikator"
REGION = "Daerah"
LISTS = "Daftar"
SHEETS = (INNOVATIONS, INDICATORS, REGION, guide.NAME)

INNOVATION = "Kode Inovasi"
AGENCY = "Perangkat Daerah"
INDICATOR = "Kode Indikator"
LEVEL = "Tingkat"
FIGURE = "Angka"
FILES = "Sidik Berkas"
NUMBER = "Nomor Dokumen"
DATED = "Tanggal Dokumen"
SUBJECT = "Perihal"
SIGNER = "Jabatan Penanda Tangan"

# Rows in which lists can still be chosen from, beyond those that are there.
SPARE_INNOVATIONS = 200
SPARE_INDICATORS = 4_000
SEPARATOR = "; "
LEVELS = ("0", "1", "2", "3")

# What a sheet says beside what is read of it.
INFORMATION = ("Nama Inovasi (keterangan)", "Nama Indikator", "Arti Tingkat", "Keadaan")


class Year(Struct, frozen=True, kw_only=True):
    """What a season's spreadsheet is made by."""

    year: int
    form: Form
    rules: RuleSet
    rule_digest: str
    affairs: tuple[Affair, ...]


class Standing(Struct, frozen=True, kw_only=True):
    """What a region has reported in a season, up to a position of its log; late items included.

    Claims are by innovation (empty: the region's own) and indicator. `versions` tells how many
    facts each stream had that it was read from.
    """

    position: int = 0
    versions: Mapping[str, int] = {}
    innovations: Mapping[str, Innovation] = {}
    claims: Mapping[tuple[str, str], Slot] = {}
    agencies: Mapping[str, Agency] = {}

    def profile(self, innovation: str) -> Profile | None:
        """The profile of an innovation that is reported, and not withdrawn."""
        held = self.innovations.get(innovation)
        return None if held is None or held.status == "withdrawn" else held.profile

    def slot(self, innovation: str, indicator: str) -> Slot:
        """What is claimed of an indicator."""
        return self.claims.get((innovation, indicator), EMPTY)


def choices(item: Item, year: Year) -> Mapping[str, str]:
    """What may be chosen for an item, by its code: as it stands in a cell."""
    if item.kind in ("affair", "affairs"):
        return {str(affair.number): f"{affair.number} {affair.nama}" for affair in year.affairs}
    return {choice.code: choice.nama for choice in item.choices}


def written(item: Item, profile: Profile, year: Year) -> str:
    """An item of a profile as a cell says it."""
    if item.field == forms.PLACE:
        if profile.latitude is None or profile.longitude is None:
            return ""
        return f"{profile.latitude:f}, {profile.longitude:f}"
    if item.kind == "file":
        return SEPARATOR.join(
            file.sha256 for file in profile.attachments if file.kind == item.field
        )
    value = getattr(profile, item.field)
    if item.kind in ("choice", "choices", "affair", "affairs"):
        named = choices(item, year)
        chosen = value if isinstance(value, tuple) else (value,)
        return SEPARATOR.join(named.get(str(one), str(one)) for one in chosen if one)
    if item.kind == "date":
        return "" if value is None else str(value.isoformat())
    return str(value)


def agency_written(agency: str, standing: Standing) -> str:
    """An agency as a cell says it: its code, then its name."""
    held = standing.agencies.get(agency)
    return f"{agency} {held.name}" if agency and held is not None else agency


def documents(evidence: Sequence[EvidenceReference]) -> Iterable[tuple[str, ...]]:
    """The files of a claim in rows: those with the same document data together, in order."""
    for said, files in groupby(evidence, key=_document):
        yield (SEPARATOR.join(file.sha256 for file in files), *said)


def written_claim(slot: Slot) -> list[tuple[str, ...]]:
    """Level, figure, files and their documents, in one row or several."""
    if not slot.level:
        return [("",) * 7]
    figure = "" if slot.figure is None else f"{slot.figure:f}"
    return [(str(slot.level), figure, *row) for row in documents(slot.evidence)]


def innovation_columns(year: Year) -> tuple[Column, ...]:
    """The columns of `Inovasi`: the code, the form, the agency."""
    return (
        Column(title=INNOVATION, width=24, note="Huruf kecil, angka, tanda hubung; jangan diubah"),
        *(_item_column(item) for item in year.form.items),
        Column(title=AGENCY, width=30, choices=AGENCY),
    )


def innovation_rows(year: Year, standing: Standing, agency: str) -> tuple[tuple[str, ...], ...]:
    """One row for each innovation, or each of one agency."""
    return tuple(
        (
            name,
            *(written(item, profile, year) for item in year.form.items),
            agency_written(profile.agency, standing),
        )
        for name, profile in reported(standing, agency)
    )


def claim_columns(*, of_innovations: bool) -> tuple[Column, ...]:
    """The columns of `Indikator` or `Daerah`."""
    whose = (Column(title=INNOVATION, width=24), Column(title=INFORMATION[0], width=30))
    return (
        *(whose if of_innovations else ()),
        Column(title=INDICATOR, width=24, choices=INDICATORS if of_innovations else REGION),
        Column(title=INFORMATION[1], width=40),
        Column(title=LEVEL, width=9, choices=LEVEL),
        Column(title=FIGURE, width=10, note="Hanya indikator yang tingkatnya mengikuti angka"),
        Column(title=FILES, width=40, note="SHA-256 berkas yang sudah diunggah"),
        Column(title=NUMBER),
        Column(title=DATED, width=14, kind="date"),
        Column(title=SUBJECT, width=30),
        Column(title=SIGNER, width=24),
        Column(title=INFORMATION[2], width=60),
        Column(title=INFORMATION[3], width=14),
    )


def claim_rows(
    year: Year, standing: Standing, agency: str, *, of_innovations: bool
) -> tuple[tuple[str, ...], ...]:
    """Every indicator of every innovation, or of the region, also where nothing is claimed."""
    found: list[tuple[str, ...]] = []
    told = reported(standing, agency) if of_innovations else [("", None)]
    scored = ruleset.innovation_rows if of_innovations else ruleset.region_rows
    for name, profile in told:
        whose = () if profile is None else (name, profile.name)
        for row in scored(year.rules):
            slot = standing.slot(name, row.code)
            levels = _levels(row)
            found.extend(
                (*whose, row.code, row.nama, *claim, levels, _STATES[slot.status])
                for claim in written_claim(slot)
            )
    return tuple(found)


def reported(standing: Standing, agency: str) -> list[tuple[str, Profile]]:
    """The innovations that are reported, in order of their codes, or those of one agency."""
    found = ((name, standing.profile(name)) for name in sorted(standing.innovations))
    return [
        (name, profile)
        for name, profile in found
        if profile is not None and agency in ("", profile.agency)
    ]


def lay_out(year: Year, standing: Standing, region: str, called: str, agency: str = "") -> Workbook:
    """The whole workbook of a region, or of one agency: then without the region's own rows."""
    return Workbook(
        title=f"Jejak Inovasi {region} {year.year}",
        sheets=(
            Sheet(
                name=INNOVATIONS,
                columns=innovation_columns(year),
                rows=innovation_rows(year, standing, agency),
                spare=SPARE_INNOVATIONS,
            ),
            Sheet(
                name=INDICATORS,
                columns=claim_columns(of_innovations=True),
                rows=claim_rows(year, standing, agency, of_innovations=True),
                spare=SPARE_INDICATORS,
            ),
            Sheet(
                name=REGION,
                columns=claim_columns(of_innovations=False),
                rows=() if agency else claim_rows(year, standing, agency, of_innovations=False),
                spare=SPARE_INNOVATIONS,
            ),
            guide.sheet(
                guide.Origin(
                    region=region,
                    called=called,
                    year=year.year,
                    rules=year.rules.id,
                    rule_digest=year.rule_digest,
                    position=standing.position,
                    agency=agency,
                )
            ),
            Sheet(name=LISTS, columns=(), rows=()),
        ),
        lists=_lists(year, standing),
        lists_in=LISTS,
    )


def _item_column(item: Item) -> Column:
    text = item.kind == "text"
    return Column(
        title=item.nama,
        width=44 if text else 22,
        kind="date" if item.kind == "date" else "text",
        choices=item.nama if item.kind in ("choice", "affair") else "",
        note=_NOTES.get(item.kind, ""),
    )


def _lists(year: Year, standing: Standing) -> dict[str, tuple[str, ...]]:
    chosen = {
        item.nama: tuple(choices(item, year).values())
        for item in year.form.items
        if item.kind in ("choice", "choices", "affair", "affairs")
    }
    named = sorted(name for name, held in standing.agencies.items() if held.status == "open")
    return {
        **chosen,
        AGENCY: tuple(agency_written(name, standing) for name in named),
        INDICATORS: tuple(row.code for row in ruleset.innovation_rows(year.rules)),
        REGION: tuple(row.code for row in ruleset.region_rows(year.rules)),
        LEVEL: LEVELS,
    }


def _document(file: EvidenceReference) -> tuple[str, ...]:
    dated = "" if file.document_date is None else file.document_date.isoformat()
    return (file.document_number, dated, file.subject, file.signer_office)


def _levels(row: Row) -> str:
    return SEPARATOR.join(f"{each.level} = {each.label}" for each in row.levels.value or ())


_STATES = {
    "empty": "",
    "claimed": "diklaim",
    "accepted": "diterima",
    "returned": "dikembalikan",
}
_NOTES = {
    "choices": "Beberapa pilihan dipisahkan titik koma; daftarnya pada lembar Daftar",
    "affairs": "Beberapa urusan dipisahkan titik koma; daftarnya pada lembar Daftar",
    "place": "Lintang, bujur; misalnya -3.4567, 115.8901",
    "date": "Tanggal, misalnya 2025-03-01",
    "file": "SHA-256 berkas yang sudah diunggah; beberapa dipisahkan titik koma",
}
