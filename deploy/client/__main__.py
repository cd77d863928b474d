"""From the command line: one claim with its file, folders of files, and spreadsheets.

    python -m deploy.client claim --url http://127.0.0.1:8401 --region 63.10 --year 2026
        --innovation si-tanggap --indicator SID-REGULASI --level 2 --file sk.pdf

    python -m deploy.client upload --url … --region 63.10 bukti/
    python -m deploy.client workbook get --url … --region 63.10 --year 2026 inovasi.xlsx
    python -m deploy.client workbook check … inovasi.xlsx
    python -m deploy.client workbook put … inovasi.xlsx

It ends with 0 where all is there, 1 where something was refused and must be mended, 2 where it was
called wrongly, 3 where intake did not answer: then the same call goes on where it broke off.
Without `--innovation` a claim is the region's own row. Where the rules have bands, `--figure 4.37`
may be given instead of `--level`: the level follows from it. The API key comes from `--key`, or
better, since other users see command lines, from the environment variable `JEJAK_KEY`.
"""

import argparse
import asyncio
import mimetypes
import os
import sys
from pathlib import Path

import msgspec

from deploy.client import bulk, client
from deploy.client.evidence import Evidence
from deploy.client.wire import Rejected, Unreachable
from services.intake.bodies.indicator import ClaimBody, FileBody
from services.intake.bodies.receipts import ReceiptView
from shared.io import clock

# Intake did not answer; the same call later is harmless.
AWAY = 3
UNKNOWN_TYPE = "application/octet-stream"


def main(arguments: list[str]) -> int:
    told = _parser().parse_args(arguments)
    try:
        code: int = asyncio.run(told.run(told))
    except Unreachable as failure:
        print(failure, file=sys.stderr)
        return AWAY
    except (Rejected, OSError) as failure:
        print(failure, file=sys.stderr)
        return bulk.REFUSED
    return code


async def _print_claim(told: argparse.Namespace) -> int:
    receipt = await _claim(told)
    print(msgspec.json.format(msgspec.json.encode(receipt), indent=2).decode())
    return bulk.DONE


async def _claim(told: argparse.Namespace) -> ReceiptView:
    """Under a key of this run: every attempt of it is one claim, a later run is another."""
    media_type = mimetypes.guess_type(told.file.name)[0] or UNKNOWN_TYPE
    async with client.connected(told.url) as http:
        kept = await Evidence(http, told.key).hand_in(told.region, told.file, media_type)
        tenant = client.Client(http, told.key)
        file = FileBody(sha256=kept.sha256)
        body = ClaimBody(level=told.level, figure=told.figure, evidence=(file,))
        return await tenant.claim(
            told.region, told.year, told.innovation, told.indicator, body, key=clock.new_id()
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.client")
    parsers = parser.add_subparsers(required=True)
    key = os.environ.get("JEJAK_KEY", "")
    bulk.add_parsers(parsers, key)
    claim = parsers.add_parser("claim", help="klaim satu tingkat")
    claim.set_defaults(run=_print_claim)
    bulk.add_whose(claim, key)
    claim.add_argument("--year", required=True, type=int, help="tahun penilaian")
    claim.add_argument("--innovation", default="", help="kode inovasi; kosong: baris daerah")
    claim.add_argument("--indicator", required=True, help="kode indikator, misalnya SID-REGULASI")
    claimed = claim.add_mutually_exclusive_group(required=True)
    claimed.add_argument("--level", type=int, choices=(1, 2, 3), help="tingkat")
    claimed.add_argument("--figure", help="angka mentah, misalnya 4.37")
    claim.add_argument("--file", required=True, type=Path, help="bukti dukung")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
