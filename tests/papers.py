"""Evidence files made by code: good ones of each kind, small and whole."""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from deploy.sample import evidence
from shared.kernel.media import CSV, JPEG, MP4, PDF, PNG, XLSX

WORKBOOK: Mapping[str, str] = {
    "[Content_Types].xml": (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats'
        '-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxml'
        'formats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/worksheets/sheet1.xml": (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1"><v>42</v></c></row></sheetData></worksheet>'
    ),
}


def pdf(*lines: str) -> bytes:
    return evidence.pdf(*(lines or ("Bukti uji",)))


def pdf_of(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    file = bytearray(b"%PDF-1.7\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(file + b"startxref\n%d\n%%%%EOF\n" % table)


PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s >>"


def pdf_with(
    catalogue: bytes = b"", page: bytes = b"", *more: bytes, trailer: bytes = b""
) -> bytes:
    """One page; what stands in the catalogue, on the page, and further objects from number 4."""
    root = b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue
    return pdf_of(root, PAGES, PAGE % page, *more, trailer=trailer)


def pdf_packed(packed: bytes) -> bytes:
    """One page whose catalogue opens with object 5, which lies compressed in an object stream."""
    stream = zlib.compress(b"5 0 " + packed)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R >>",
        PAGES,
        PAGE % b"",
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(stream), stream),
    )
    file = bytearray(b"%PDF-1.5\n")
    rows = [struct.pack(">BHB", 0, 0, 0)]
    for number, each in enumerate(objects, start=1):
        rows.append(struct.pack(">BHB", 1, len(file), 0))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    rows += [struct.pack(">BHB", 2, 4, 0), struct.pack(">BHB", 1, len(file), 0)]
    table = b"".join(rows)
    begin = len(file)
    file += b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 2 1] /Root 1 0 R /Length %d >>" % len(table)
    return bytes(file + b"\nstream\n%s\nendstream\nendobj\n" % table) + (
        b"startxref\n%d\n%%%%EOF\n" % begin
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG's chunk with its checksum."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width: int = 8, height: int = 8, rows: bytes | None = None) -> bytes:
    """Grey, one byte a pixel; `rows` as they are stored, else all black."""
    stored = (b"\x00" * (width + 1)) * height if rows is None else rows
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(stored, 9))
        + chunk(b"IEND", b"")
    )


def jpeg(edge: int = 64) -> bytes:
    """A picture with enough in it to be cut."""
    from PIL import Image

    picture = Image.frombytes(
        "L", (edge, edge), bytes(x * y % 251 for x in range(edge) for y in range(edge))
    )
    told = io.BytesIO()
    picture.save(told, "JPEG", quality=95)
    return told.getvalue()


def xlsx(
    changed: Mapping[str, str | bytes | None] = {}, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A workbook of one cell; parts may be changed, added, or with None left out."""
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", method) as archive:
        for name, content in {**WORKBOOK, **changed}.items():
            if content is not None:
                archive.writestr(zipfile.ZipInfo(name), content, method)
    return told.getvalue()


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of an MP4 file."""
    inner = b"".join(content)
    return struct.pack(">I", 8 + len(inner)) + kind + inner


def mp4(
    handler: bytes = b"vide", brand: bytes = b"isom", offset: int = 40, size_bytes: int = 64
) -> bytes:
    """A track with one piece of `size_bytes` at `offset`."""
    table = box(b"stco", struct.pack(">III", 0, 1, offset))
    media = box(
        b"mdia",
        box(b"hdlr", struct.pack(">II4s12x", 0, 0, handler) + b"\x00"),
        box(b"minf", box(b"stbl", table)),
    )
    return (
        box(b"ftyp", brand, b"\x00\x00\x02\x00", b"isommp41")
        + box(b"mdat", bytes(size_bytes))
        + box(b"moov", box(b"mvhd", bytes(100)), box(b"trak", media))
    )


def csv() -> bytes:
    return b'nomor,nama,nilai\n1,Kelurahan Sungai Andai,-5\n2,"Telepon",+62811\n'


def noise(size_bytes: int) -> bytes:
    """Bytes that no program can make smaller, always the same."""
    return hashlib.shake_128(b"derau").digest(size_bytes)


GOOD: Mapping[str, tuple[str, bytes]] = {
    "bukti.pdf": (PDF, pdf()),
    "foto kegiatan.JPG": (JPEG, jpeg()),
    "tangkapan.layar.png": (PNG, png()),
    "daftar hadir.csv": (CSV, csv()),
    "rekap é.xlsx": (XLSX, xlsx()),
    "video.mp4": (MP4, mp4()),
}
