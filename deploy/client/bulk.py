"""Bulk work from the command line: `upload`, and `workbook get`, `check`, `put`."""

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

from deploy.client import client, folder, told
from deploy.client.evidence import Evidence
from deploy.client.workbooks import Workbooks

DONE = 0
REFUSED = 1


async def upload(asked: argparse.Namespace) -> int:
    """Hand in all files of a folder; what is there already is not sent again."""
    files = folder.files_in(asked.folder)
    async with client.connected(asked.url) as http:
        evidence = Evidence(http, asked.key)
        with told.progress(len(files), quiet=asked.json) as tell:
            handed = await folder.hand_in(evidence, asked.region, asked.folder, tell)
    return DONE if told.handed(handed, as_json=asked.json) else REFUSED


async def get_workbook(asked: argparse.Namespace) -> int:
    """Write the season as a spreadsheet, filled with what is recorded."""
    if asked.file.exists() and not asked.force:
        print(f"{asked.file} sudah ada; tambahkan --force untuk menggantinya.", file=sys.stderr)
        return REFUSED
    async with client.connected(asked.url) as http:
        content = await Workbooks(http, asked.key).get(asked.region, asked.year, asked.agency)
    _write(asked.file, content)
    if not asked.json:
        print(f"{asked.file}: {len(content)} bita.")
    return DONE


async def send_workbook(asked: argparse.Namespace) -> int:
    """Check a filled spreadsheet, or have it recorded."""
    content = asked.file.read_bytes()
    async with client.connected(asked.url) as http:
        workbooks = Workbooks(http, asked.key)
        send = workbooks.put if asked.do == "put" else workbooks.check
        view = await send(asked.region, asked.year, content, asked.group)
    return DONE if told.workbook(view, as_json=asked.json) else REFUSED


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all: a half-written spreadsheet looks like a lost one."""
    part = file.with_name(file.name + ".part")
    part.write_bytes(content)
    part.replace(file)


def add_parsers(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]", key: str) -> None:
    """The sub-commands of bulk work; `key` is the API key of the environment, if any."""
    sending = parsers.add_parser("upload", help="unggah semua berkas sebuah folder")
    _bulk(sending, key)
    sending.add_argument("folder", type=_folder, help="folder berisi bukti dukung")
    sending.set_defaults(run=upload)
    sheets = parsers.add_parser("workbook", help="buku kerja XLSX satu masa penilaian")
    ways = sheets.add_subparsers(dest="do", required=True)
    getting = ways.add_parser("get", help="tulis buku kerja berisi yang sudah tercatat")
    getting.add_argument("--agency", default="", help="hanya satu perangkat daerah")
    getting.add_argument("--force", action="store_true", help="ganti berkas yang sudah ada")
    getting.set_defaults(run=get_workbook)
    for name, about in (("check", "periksa tanpa mencatat"), ("put", "catat")):
        way = ways.add_parser(name, help=about)
        way.add_argument(
            "--group",
            choices=("all", "innovation"),
            default="all",
            help="utuh atau tidak sama sekali: seluruh berkas, atau per inovasi",
        )
        way.set_defaults(run=send_workbook)
    for way in ways.choices.values():
        _bulk(way, key)
        way.add_argument("--year", required=True, type=int, help="tahun penilaian")
        way.add_argument("file", type=Path, help="berkas .xlsx")


def add_whose(parser: argparse.ArgumentParser, key: str) -> None:
    """Where intake is, as whom, and for which region: what every sub-command is told."""
    parser.add_argument("--url", required=True, type=_url, help="alamat intake")
    parser.add_argument(
        "--key", default=key, required=not key, type=_key, help="kunci API, atau JEJAK_KEY"
    )
    parser.add_argument("--region", required=True, help="kode daerah, misalnya 63.10")


def _bulk(parser: argparse.ArgumentParser, key: str) -> None:
    add_whose(parser, key)
    parser.add_argument("--json", action="store_true", help="jawaban untuk program")


def _url(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{given} bukan alamat http:// atau https://")
    return given


def _key(given: str) -> str:
    """A header carries it, so a pasted quotation mark or line end is told, and never the key."""
    if not given.isascii() or not given.isprintable() or " " in given:
        raise argparse.ArgumentTypeError("kunci memuat tanda yang tidak ada pada kunci API")
    return given


def _folder(given: str) -> Path:
    path = Path(given)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{given} bukan folder")
    return path
