"""The sample's evidence: a dozen small PDF files for each region, each saying that it is sample.

In one region every innovation has files of its own, as it must be; the other regions prove all
their innovations by the same dozen, since the files of a thousand would take longer to hand in than
all they prove.
"""

import hashlib
from collections.abc import Mapping
from functools import cache

from msgspec import Struct

MEDIA_TYPE = "application/pdf"

# Which document proves which row; what is not named here is proven by a report.
KINDS: Mapping[str, tuple[str, ...]] = {
    "Keputusan kepala daerah": ("SID-REGULASI", "SID-PELAKSANA", "SPD-14"),
    "Keputusan tim pengelola": ("SID-SDM", "SID-AKTOR"),
    "Dokumen pelaksanaan anggaran": ("SID-ANGGARAN", "SPD-02a", "SPD-02b", "SPD-07"),
    "Rencana kerja pemerintah daerah": ("SID-RKPD", "SPD-01"),
    "Laporan bimbingan teknis": ("SID-BIMTEK", "SPD-12", "SPD-15"),
    "Perjanjian kerja sama": ("SID-JEJARING", "SID-REPLIKASI"),
    "Pedoman teknis dan SOP": ("SID-PEDOMAN", "SID-PROSES", "SID-ALAT_KERJA"),
    "Publikasi dan dokumentasi": ("SID-SOSIALISASI", "SID-INFO_LAYANAN", "SID-INTEGRASI"),
    "Rekapitulasi pengaduan": ("SID-PENGADUAN",),
    "Survei kepuasan dan penerima manfaat": ("SID-KEMANFAATAN", "SID-MONEV"),
    "Naskah video dan kronologi": ("SID-VIDEO", "SID-KECEPATAN"),
    "Laporan statistik daerah": (),
}
OTHERWISE = "Laporan statistik daerah"

# The region whose innovations have their own files, and what is bound together in each.
REGION_OF_OWN = "63.10"
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "Berkas penetapan dan anggaran": (
        "Keputusan kepala daerah",
        "Keputusan tim pengelola",
        "Dokumen pelaksanaan anggaran",
        "Rencana kerja pemerintah daerah",
    ),
    "Berkas pelaksanaan": (
        "Laporan bimbingan teknis",
        "Perjanjian kerja sama",
        "Pedoman teknis dan SOP",
        "Publikasi dan dokumentasi",
    ),
    "Berkas hasil dan penerima manfaat": (
        "Rekapitulasi pengaduan",
        "Survei kepuasan dan penerima manfaat",
        "Naskah video dan kronologi",
        "Laporan statistik daerah",
    ),
}

A4 = b"[0 0 595 842]"

_KIND_BY_ROW = {row: kind for kind, rows in KINDS.items() for row in rows}


class Document(Struct, frozen=True, kw_only=True):
    """A file to upload, and its fingerprint."""

    kind: str
    content: bytes
    sha256: str


def kind_of(row: str) -> str:
    """Which kind of document proves the row."""
    return _KIND_BY_ROW.get(row, OTHERWISE)


def documents(region: str) -> dict[str, Document]:
    """A region's files by kind, always the same bytes."""
    return {kind: _document(region, kind) for kind in KINDS}


@cache
def own(region: str, innovation: str) -> Mapping[str, Document]:
    """An innovation's own files by kind; none where the region's prove everything."""
    if region != REGION_OF_OWN or not innovation:
        return {}
    bound = {bundle: _document(region, bundle, f"Inovasi {innovation}") for bundle in BUNDLES}
    return {kind: bound[bundle] for bundle, kinds in BUNDLES.items() for kind in kinds}


def _document(region: str, kind: str, *further: str) -> Document:
    content = pdf("DATA CONTOH - bukan dokumen resmi", kind, f"Daerah {region}", *further)
    return Document(kind=kind, content=content, sha256=hashlib.sha256(content).hexdigest())


def pdf(*lines: str) -> bytes:
    """One A4 page with these lines of plain ASCII, as the smallest valid file."""
    shown = " T* ".join(f"({line}) Tj" for line in lines)
    text = f"BT /F1 16 Tf 24 TL 72 760 Td {shown} ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Resources %s /Contents 5 0 R >>"
        % (A4, b"<< /Font << /F1 4 0 R >> >>"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    )
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(file + b"startxref\n%d\n%%%%EOF\n" % table)
