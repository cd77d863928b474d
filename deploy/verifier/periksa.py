"""Check an audit bundle of Jejak Inovasi without the network, the product, or trust in either.

    python3 periksa.py BUNDLE [--key KEY] [--witness KEY]... [--english] [--json]
    python3 periksa.py RECEIPT.json [--file EVIDENCE]...
    python3 periksa.py BUNDLE --replay 63/2026/mandiri --as-of MOMENT... [--clock happened]

BUNDLE is a .zip or the folder unpacked from it, in the format that the README.md beside this file
describes. Only Python's standard library is needed, and nothing is written. Exit status: 0 all is
well, 1 something does not match, 2 the bundle cannot be read. The program shares no code with the
product: every hash, signature and index is worked out here once more, from the published rules.

In order: sentences, Ed25519, reading files, reading their lines, hash trees and signed notes, the
law and the index, rankings, and the run.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import itertools
import json
import re
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, TextIO, TypeVar

try:
    import tomllib
except ImportError:  # Python before 3.11: `main` says so
    tomllib = None  # type: ignore[assignment]

FORMAT = "jejak-inovasi/bundle/1"
LEAF_LAYOUT = b"jejak-inovasi/leaf/1"
HEAD_LAYOUT = b"jejak-inovasi/head/1"
MANIFEST, HEADS, REGIONS, ALL_NOTE = "manifest.json", "heads.ndjson", "regions.json", "all"
STAGES = ("mandiri", "terverifikasi", "final")
COMPUTED = STAGES[:2]
KNOWN, HAPPENED = CLOCKS = ("known", "happened")
FINAL = "final"

# A bundle of the whole nation is smaller than this; what claims to be larger is not unpacked.
FILE_BYTES_MAX = 256 * 1024 * 1024
TOTAL_BYTES_MAX = 1024 * 1024 * 1024
FILES_MAX = 5000
NOTE_BYTES_MAX = 64 * 1024
NAME_CHARACTERS_MAX = 100
# So many problems are told; of more, the number. A foreign word is cut to what fits a line.
PROBLEMS_MAX = 200
SHOWN_CHARACTERS_MAX = 100
NUMBER_MAX = 2**63
HASH_BYTES = 32
ENCRYPTED = 0x1

# --- sentences: Indonesian, English ---------------------------------------------------------

SENTENCES: dict[str, tuple[str, str]] = {
    "sound": (
        (
            "Semua cocok: {events} peristiwa {tenants} log, {heads} baris daftar kepala, {notes} "
            "catatan bertanda tangan dan {rankings} peringkat dari “{log}” ({made_at}) sesuai satu "
            "sama lain, dengan tanda tangannya dan dengan hitungan ulang{trust}."
        ),
        (
            "All is well: {events} events of {tenants} logs, {heads} lines of the log of heads, "
            "{notes} signed notes and {rankings} rankings of “{log}” ({made_at}) agree with one "
            "another, with their signatures and with a calculation done anew{trust}."
        ),
    ),
    "trust.given": (", menurut kunci yang Anda berikan", ", by the key that you gave"),
    "trust.bundled": (
        "; kunci log ikut dalam bundel, jadi bandingkan dengan yang diumumkan: {keys}",
        "; the log's key came with the bundle, so compare it with the published one: {keys}",
    ),
    "unsound": ("Tidak cocok: {count} hal, sebagai berikut.", "Not well: {count} findings, below."),
    "more": ("… dan {count} hal lagi.", "… and {count} more."),
    "remark": ("Catatan: {sentence}", "Remark: {sentence}"),
    "unreadable": ("Bundel tidak dapat dibaca: {why}", "The bundle cannot be read: {why}"),
    # cannot be read
    "python.too_old": (
        "diperlukan Python 3.11 atau yang lebih baru, sebab berkas aturan ditulis dalam TOML.",
        "Python 3.11 or newer is needed, since the rule files are written in TOML.",
    ),
    "replay.malformed": (
        (
            "{asked} bukan yang dapat diputar ulang; tulislah misalnya --replay 63/2026/mandiri "
            "atau --replay 63.10/2026, dengan --as-of 2026-02-10T23:59:59+08:00."
        ),
        (
            "{asked} is nothing that can be replayed; write for example --replay 63/2026/mandiri "
            "or --replay 63.10/2026, with --as-of 2026-02-10T23:59:59+08:00."
        ),
    ),
    "replay.absent": (
        "yang diminta tidak dapat diputar ulang, sebab peristiwa {regions} tidak ada dalam bundel.",
        "it cannot be replayed, since the events of {regions} are not in the bundle.",
    ),
    "earlier.unreadable": (
        "catatan terdahulu {path} tidak dapat dibaca ({problem}).",
        "the earlier note {path} cannot be read ({problem}).",
    ),
    "bundle.absent": (
        "{path} bukan berkas .zip dan bukan folder.",
        "{path} is neither a .zip file nor a folder.",
    ),
    "bundle.not_zip": ("{path} bukan zip yang utuh.", "{path} is not a whole zip."),
    "bundle.damaged": (
        "berkas {file} dalam zip rusak atau terpotong.",
        "the file {file} inside the zip is damaged or cut off.",
    ),
    "bundle.odd_name": (
        "nama {file} tidak boleh ada dalam bundel.",
        "the name {file} must not be in a bundle.",
    ),
    "bundle.too_large": (
        "isinya melebihi {limit} ({file}).",
        "it holds more than {limit} ({file}).",
    ),
    "bundle.failed": ("{problem}.", "{problem}."),
    "key.malformed": (
        "kunci {key} bukan kunci pemeriksa (nama+angka+base64).",
        "the key {key} is not a verifier key (name+number+base64).",
    ),
    "manifest.absent": ("manifest.json tidak ada.", "there is no manifest.json."),
    "manifest.malformed": (
        "manifest.json tidak berbentuk seperti seharusnya ({field}).",
        "manifest.json is not as it should be ({field}).",
    ),
    "manifest.format": (
        "formatnya {found}, bukan {expected}.",
        "its format is {found}, not {expected}.",
    ),
    # files
    "file.absent": (
        "Berkas {file} disebut dalam manifest.json tetapi tidak ada.",
        "The file {file} is listed in manifest.json but is not there.",
    ),
    "file.unlisted": (
        "Berkas {file} ada tetapi tidak disebut dalam manifest.json.",
        "The file {file} is there but not listed in manifest.json.",
    ),
    "file.unexpected": (
        "Berkas {file} tidak termasuk dalam format ini.",
        "The file {file} has no place in this format.",
    ),
    "file.missing": (
        "Berkas {file} harus ada dalam bundel.",
        "The file {file} must be in the bundle.",
    ),
    "file.digest": (
        "Berkas {file} bukan yang disebut dalam manifest.json: SHA-256-nya {found}.",
        "The file {file} is not the one listed in manifest.json: its SHA-256 is {found}.",
    ),
    "file.malformed": (
        "Berkas {file} tidak berbentuk seperti seharusnya ({field}).",
        "The file {file} is not as it should be ({field}).",
    ),
    "scope.without_log": (
        "Log daerah {region} disebut dalam lingkup tetapi tidak ada.",
        "The log of the region {region} is in scope but is not there.",
    ),
    # events
    "line.malformed": (
        "Baris {line} dalam {file} tidak berbentuk seperti seharusnya ({field}).",
        "Line {line} of {file} is not as it should be ({field}).",
    ),
    "line.out_of_order": (
        "Baris {line} dalam {file} bernomor {found}, seharusnya {expected}.",
        "Line {line} of {file} has the number {found} instead of {expected}.",
    ),
    "event.version": (
        "Peristiwa {seq} log {region} adalah versi {found} aliran {stream}, seharusnya {expected}.",
        "Event {seq} of {region} is version {found} of the stream {stream} instead of {expected}.",
    ),
    "event.twice": (
        "Peristiwa {seq} log {region} memakai pengenal peristiwa lain.",
        "Event {seq} of {region} has the id of another event.",
    ),
    "event.unknown_kind": (
        "Peristiwa {seq} log {region} berjenis {topic}, yang tidak dikenal pemeriksa ini.",
        "Event {seq} of {region} is a {topic}, which this program does not know.",
    ),
    "tenant.size": (
        "Log {region} berisi {found} peristiwa, seharusnya {expected} menurut manifest.json.",
        "The log of {region} holds {found} events instead of {expected} (manifest.json).",
    ),
    "tenant.root": (
        "Akar pohon log {region} bukan yang tertulis dalam manifest.json.",
        "The root of the tree of {region} is not the one in manifest.json.",
    ),
    # the log of heads
    "heads.size_fell": (
        "Baris kepala {index} log {region} menyusut dari {earlier} ke {size} peristiwa.",
        "Head {index} of {region} fell from {earlier} to {size} events.",
    ),
    "heads.epoch_fell": (
        "Baris kepala {index} log {region} mundur dari masa {earlier} ke {epoch}.",
        "Head {index} of {region} fell back from epoch {earlier} to {epoch}.",
    ),
    "heads.other_history": (
        (
            "Log {region} bukan yang dahulu diumumkan: baris kepala {index} (masa {epoch}) tidak "
            "cocok, jadi ada yang berubah di antara peristiwa {first} dan {last}."
        ),
        (
            "The log of {region} is not what was published: head {index} (epoch {epoch}) does not "
            "match, so something changed among the events {first} to {last}."
        ),
    ),
    "heads.lost": (
        (
            "Log {region} lebih pendek daripada yang dahulu diumumkan: baris kepala {index} (masa "
            "{epoch}) menyebut {size} peristiwa, yang ada {found}."
        ),
        (
            "The log of {region} is shorter than what was published: head {index} (epoch {epoch}) "
            "tells of {size} events, there are {found}."
        ),
    ),
    "heads.lost_before": (
        (
            "Log {region} pernah dipulihkan dari cadangan: sebelum masa {epoch}, baris kepala "
            "{index} menyebut {size} peristiwa; sesudah peristiwa {kept} hilang atau lain. "
            "Alasannya tertulis dalam log 00, pada peristiwa epoch.raised ke masa {epoch}."
        ),
        (
            "The log of {region} was restored from a copy: before epoch {epoch}, head {index} told "
            "of {size} events; those after event {kept} are lost or others. The reason stands in "
            "the log of 00, in the event epoch.raised to epoch {epoch}."
        ),
    ),
    "heads.last": (
        "Baris kepala terakhir log {region} bukan yang tertulis dalam manifest.json.",
        "The last head of {region} is not the one in manifest.json.",
    ),
    "heads.none": (
        "Log {region} tidak ada dalam daftar kepala.",
        "The log of {region} is not in the log of heads.",
    ),
    # notes
    "note.malformed": (
        "Catatan {file} bukan catatan bertanda tangan yang benar ({field}).",
        "The note {file} is not a proper signed note ({field}).",
    ),
    "note.origin": (
        "Catatan {file} berasal dari {found}, seharusnya {expected}.",
        "The note {file} is from {found} instead of {expected}.",
    ),
    "note.tree": (
        "Catatan {file} menandatangani pohon lain ({size} daun) daripada yang dihitung ({found}).",
        "The note {file} signs another tree ({size} leaves) than the one reckoned ({found}).",
    ),
    "note.unsigned": (
        "Catatan {file} tidak ditandatangani dengan kunci log {key}.",
        "The note {file} is not signed by the log's key {key}.",
    ),
    "note.bad_signature": (
        "Tanda tangan {key} pada catatan {file} tidak sah.",
        "The signature by {key} on the note {file} is not valid.",
    ),
    "note.unwitnessed": (
        "Catatan {file} tidak ditandatangani saksi {key}.",
        "The note {file} is not cosigned by the witness {key}.",
    ),
    "earlier.longer": (
        "Catatan terdahulu {file} menandatangani {size} baris kepala, bundel ini memuat {found}.",
        "The earlier note {file} signs {size} heads, this bundle has {found}.",
    ),
    "earlier.other_history": (
        (
            "Catatan terdahulu {file} menandatangani riwayat lain: {size} baris kepala pertama "
            "dalam bundel ini bukan yang ditandatangani dahulu."
        ),
        (
            "The earlier note {file} signs another history: the first {size} heads of this bundle "
            "are not those that were signed then."
        ),
    ),
    "earlier.absent": (
        (
            "Kepala log yang ditandatangani catatan terdahulu {file} ({origin}, {size} peristiwa) "
            "tidak ada dalam bundel ini."
        ),
        (
            "The head that the earlier note {file} signs ({origin}, {size} events) is not in this "
            "bundle."
        ),
    ),
    # receipts
    "receipt.sound": (
        (
            "Tanda terima sah: peristiwa {seq} daerah {region} ({topic}), dicatat {recorded_at}, "
            "berdiri dalam log {log} di bawah titik periksa {size} peristiwa dan {heads} baris "
            "kepala. {trust}"
        ),
        (
            "The receipt holds: fact {seq} of {region} ({topic}), recorded {recorded_at}, stands "
            "in the log {log} under checkpoints of {size} facts and {heads} heads. {trust}"
        ),
    ),
    "receipt.path": (
        (
            "Peristiwa {seq} daerah {region} dalam tanda terima ini bukan yang ditandatangani di "
            "bawah {size} peristiwa: isinya atau jalurnya lain."
        ),
        (
            "Fact {seq} of {region} in this receipt is not the one signed under {size} facts: it "
            "or its path is another."
        ),
    ),
    "receipt.heads_path": (
        "Jalur baris kepala {index} tidak menuju catatan {size} baris kepala.",
        "The path of head {index} does not lead to the note of {size} heads.",
    ),
    "receipt.file": (
        "Berkas {file} (SHA-256 {sha256}) tidak disebut peristiwa dalam tanda terima ini.",
        "The file {file} (SHA-256 {sha256}) is not named by the fact in this receipt.",
    ),
    # certificates
    "certificate.other_cut": (
        (
            "Sertifikat {file} dibuat pada {size} baris kepala yang bukan awal bundel ini "
            "({found} baris)."
        ),
        (
            "The certificate {file} is cut at {size} heads that do not begin this bundle "
            "({found} heads)."
        ),
    ),
    "certificate.rules": (
        "Sertifikat {file} menyebut aturan {rule_set} dengan sidik lain.",
        "The certificate {file} cites the rules {rule_set} by another digest.",
    ),
    "certificate.absent": (
        "Sertifikat {file} tidak dapat dihitung ulang: peristiwa {regions} tidak ada dalam bundel.",
        "The certificate {file} cannot be recomputed: the events of {regions} are not here.",
    ),
    "certificate.row": (
        "Baris {line} sertifikat {file} tertulis “{told}”, hitungan ulang “{found}”.",
        "Row {line} of the certificate {file} says “{told}”, recomputed “{found}”.",
    ),
    "certificate.count": (
        "Sertifikat {file} memuat {told} daerah, seharusnya {found}.",
        "The certificate {file} has {told} regions instead of {found}.",
    ),
    # rules and rankings
    "rules.absent": (
        "Berkas aturan {rule_set} untuk daerah {region} tahun {year} tidak ada dalam bundel.",
        "The rule file {rule_set} of the region {region} in {year} is not in the bundle.",
    ),
    "rules.other": (
        "Peristiwa {seq} log {region} memakai aturan {rule_set} yang lain daripada berkas {file}.",
        "Event {seq} of {region} cites other rules {rule_set} than those in {file}.",
    ),
    "rules.twice": (
        "Aturan {rule_set} ada dalam dua berkas ({file}).",
        "The rules {rule_set} are in two files ({file}).",
    ),
    "season.no_opening": (
        (
            "Peristiwa {seq} log {region} bersandar pada pembukaan tahun {year} yang tidak ada: "
            "peristiwa {opened_seq} log {opened_by}."
        ),
        (
            "Event {seq} of {region} rests on an opening of {year} that is not there: event "
            "{opened_seq} of {opened_by}."
        ),
    ),
    "season.not_entered": (
        "Peristiwa {seq} log {region} bernilai untuk tahun {year} sebelum daerah itu masuk.",
        "Event {seq} of {region} bears on {year} before the region had entered it.",
    ),
    "season.unknown_level": (
        (
            "Peristiwa {seq} log {region} menyebut {indicator} tingkat {level}, yang tidak ada "
            "dalam aturan {rule_set}."
        ),
        (
            "Event {seq} of {region} names {indicator} level {level}, which the rules {rule_set} "
            "do not have."
        ),
    ),
    "ranking.regions": (
        "Peringkat {file} memuat daerah lain daripada yang dinilai: {regions}.",
        "The ranking {file} holds other regions than those assessed: {regions}.",
    ),
    "ranking.index": (
        "Indeks {region} dalam {file} tertulis {told}, hitungan ulang {found}.",
        "The index of {region} in {file} is told as {told}, reckoned anew it is {found}.",
    ),
    "ranking.rank": (
        "Peringkat {region} dalam {file} tertulis {told}, hitungan ulang {found}.",
        "The rank of {region} in {file} is told as {told}, reckoned anew it is {found}.",
    ),
    "ranking.order": (
        "Baris {line} dalam {file} adalah {told}, seharusnya {found}.",
        "Row {line} of {file} is {told} instead of {found}.",
    ),
    # remarks
    "remark.certificate_unsigned": (
        "tanda tangan sertifikat {file} tidak diperiksa; sebutkan --certificate-key.",
        "the signature of {file} was not checked; name its key by --certificate-key.",
    ),
    "remark.fact_withheld": (
        "isi peristiwa tidak ditunjukkan; hanya sidiknya yang diperiksa.",
        "what the fact says is not shown; only its hash was checked.",
    ),
    "remark.withheld": (
        (
            "{count} peristiwa daerah {region} tidak ditunjukkan kepada penerima bundel ini; hanya "
            "sidiknya yang diperiksa, dan peringkat dihitung tanpa isinya."
        ),
        (
            "{count} events of region {region} are not shown to whom this bundle was made for; "
            "only their hashes were checked, and rankings are reckoned without what they say."
        ),
    ),
    "remark.not_recomputed": (
        "{count} baris dalam {file} tidak dihitung ulang, sebab log daerahnya di luar bundel ini.",
        "{count} rows of {file} were not reckoned anew, their regions' logs are not in here.",
    ),
    "remark.witness_silent": (
        (
            "saksi {key} disebut dalam bundel tetapi tidak ikut menandatangani; mintalah dengan "
            "--witness bila perlu."
        ),
        "the witness {key} is named in the bundle but has not cosigned; demand it by --witness.",
    ),
    "remark.witness_bundled": (
        "tanda tangan saksi {key} sah, tetapi kuncinya ikut dalam bundel; bandingkan.",
        "the witness {key} has validly cosigned, but its key came with the bundle: compare it.",
    ),
    "remark.without_witness": (
        "tidak ada saksi yang ikut menandatangani.",
        "no witness has cosigned.",
    ),
}


def shown(value: object) -> str:
    """A foreign value as one harmless line: no control characters, not too long."""
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in str(value))
    return text if len(text) <= SHOWN_CHARACTERS_MAX else text[:SHOWN_CHARACTERS_MAX] + "…"


def said(name: str, facts: Mapping[str, object], *, english: bool) -> str:
    """The sentence of that name."""
    return SENTENCES[name][english].format(**facts)


class Unreadable(Exception):  # noqa: N818  it is a state of the bundle, not a fault of ours
    """The bundle cannot be read far enough to be judged."""

    def __init__(self, name: str, **facts: object) -> None:
        super().__init__(name)
        self.name = name
        self.facts = {key: shown(value) for key, value in facts.items()}


class Malformed(Exception):  # noqa: N818  as above, of one line or file
    """One line or file is not of its shape; carries which field."""


class Finding(NamedTuple):
    """One thing that does not match, or that should be known."""

    name: str
    facts: dict[str, str]


class Findings:
    """What was found, in the order of the checks."""

    def __init__(self) -> None:
        self.problems: list[Finding] = []
        self.remarks: list[Finding] = []
        self.count = 0
        self._told: set[int] = set()

    def problem(self, name: str, **facts: object) -> None:
        """Something does not match; told once, however many questions come upon it."""
        finding = _finding(name, facts)
        told = hash(repr(finding))
        if told in self._told:
            return
        self._told.add(told)
        self.count += 1
        if self.count <= PROBLEMS_MAX:
            self.problems.append(finding)

    def remark(self, name: str, **facts: object) -> None:
        """Something is well, yet should be known."""
        self.remarks.append(_finding(name, facts))


def _finding(name: str, facts: Mapping[str, object]) -> Finding:
    return Finding(name, {key: shown(value) for key, value in facts.items()})


# --- Ed25519 (RFC 8032, section 5.1), verification only -------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)
KEY_BYTES = 32
SIGNATURE_BYTES = 64
SIGN_BIT = 1 << 255

# Extended homogeneous coordinates: x = X/Z, y = Y/Z, x·y = T/Z.
Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(factor: int, point: Point) -> Point:
    total = NEUTRAL
    while factor:
        if factor & 1:
            total = _add(total, point)
        point = _add(point, point)
        factor >>= 1
    return total


def _point(encoded: bytes) -> Point | None:
    """The point of 32 bytes; None where they are no point, or another spelling of one."""
    number = int.from_bytes(encoded, "little")
    y, odd = number & (SIGN_BIT - 1), bool(number & SIGN_BIT)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    if bool(x & 1) != odd:
        x = P - x
    return (x, y, 1, x * y % P)


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | ((x & 1) << 255)).to_bytes(KEY_BYTES, "little")


_BASE_POINT = _point((4 * pow(5, P - 2, P) % P).to_bytes(KEY_BYTES, "little"))
assert _BASE_POINT is not None
BASE_POINT: Point = _BASE_POINT


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is valid: S canonical, A a point of large order, R exactly as spelt."""
    if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    key = _point(public)
    s = int.from_bytes(signature[KEY_BYTES:], "little")
    if key is None or s >= ORDER or _encoded(_times(8, key)) == _encoded(NEUTRAL):
        return False
    hashed = hashlib.sha512(signature[:KEY_BYTES] + public + message).digest()
    k = int.from_bytes(hashed, "little") % ORDER
    minus_key = (P - key[0], key[1], key[2], P - key[3])
    reckoned = _add(_times(s, BASE_POINT), _times(k, minus_key))
    return _encoded(reckoned) == signature[:KEY_BYTES]


# --- reading files --------------------------------------------------------------------------

_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]+"
_NAME = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT}){{0,2}}\Z")


def read_bundle(path: Path) -> dict[str, bytes]:
    """Every file of the bundle by its name; `Unreadable` where that is not safe or possible."""
    if tomllib is None:
        raise Unreadable("python.too_old")
    try:
        if path.is_dir():
            return _from_folder(path)
        if path.is_file():
            return _from_zip(path)
    except (OSError, ValueError) as problem:
        raise Unreadable("bundle.failed", problem=problem) from problem
    raise Unreadable("bundle.absent", path=path)


class _Allowance:
    """How many files and bytes may still be taken in."""

    def __init__(self) -> None:
        self._left = TOTAL_BYTES_MAX
        self._names: set[str] = set()

    def take(self, name: str, size: int) -> None:
        """Count a file before it is read."""
        if not _NAME.match(name) or len(name) > NAME_CHARACTERS_MAX or name.lower() in self._names:
            raise Unreadable("bundle.odd_name", file=repr(name))
        self._names.add(name.lower())
        self._left -= size
        if size > FILE_BYTES_MAX or self._left < 0:
            raise Unreadable("bundle.too_large", limit=f"{FILE_BYTES_MAX} byte", file=name)
        if len(self._names) > FILES_MAX:
            raise Unreadable("bundle.too_large", limit=FILES_MAX, file=name)


def read_receipt(path: Path) -> dict[str, Any] | None:
    """A receipt, which is one JSON object; None where the path is something else."""
    if not path.is_file():
        return None
    with path.open("rb") as opened:
        if opened.read(1) != b"{":
            return None
        held = json_object(b"{" + opened.read(RECEIPT_BYTES_MAX))
    if held.get("format") != RECEIPT:
        raise Unreadable("manifest.format", found=held.get("format"), expected=RECEIPT)
    return held


def _from_folder(folder: Path) -> dict[str, bytes]:
    allowance = _Allowance()
    found: dict[str, bytes] = {}
    waiting = [folder]
    while waiting:
        for entry in sorted(waiting.pop().iterdir()):
            name = entry.relative_to(folder).as_posix()
            mode = entry.lstat().st_mode
            if stat.S_ISDIR(mode) and _NAME.match(name):
                waiting.append(entry)
                continue
            if not stat.S_ISREG(mode):
                raise Unreadable("bundle.odd_name", file=repr(name))
            allowance.take(name, entry.lstat().st_size)
            with entry.open("rb") as opened:
                found[name] = opened.read(FILE_BYTES_MAX)
    return found


def _from_zip(path: Path) -> dict[str, bytes]:
    allowance = _Allowance()
    try:
        with zipfile.ZipFile(path) as opened:
            members = [each for each in opened.infolist() if not _is_folder(each)]
            for each in members:
                _must_be_plain(each)
                allowance.take(each.orig_filename, each.file_size)
            return {each.orig_filename: _member(opened, each) for each in members}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, IndexError) as problem:
        raise Unreadable("bundle.not_zip", path=path) from problem


def _is_folder(member: zipfile.ZipInfo) -> bool:
    name = member.orig_filename
    return name.endswith("/") and member.file_size == 0 and bool(_NAME.match(name[:-1]))


def _must_be_plain(member: zipfile.ZipInfo) -> None:
    linked = stat.S_ISLNK(member.external_attr >> 16)
    packed = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if linked or not packed or member.flag_bits & ENCRYPTED:
        raise Unreadable("bundle.odd_name", file=repr(member.orig_filename))


def _member(opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member; never more than its stated size, which was allowed."""
    try:
        with opened.open(member) as stream:
            content = stream.read(member.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as problem:
        raise Unreadable("bundle.damaged", file=member.orig_filename) from problem
    if len(content) != member.file_size:
        raise Unreadable("bundle.damaged", file=member.orig_filename)
    return content


# --- reading JSON ---------------------------------------------------------------------------

CODE = re.compile(r"[0-9]{2}(\.[0-9]{2})?\Z")
HEX_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
LOG_NAME = re.compile(r"[^\s+\x00-\x20\x7f]{1,200}\Z")
TOPIC = re.compile(r"[a-z_]+(\.[a-z_]+)+\.[0-9]{1,4}\Z")
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,6}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
POINTS = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?\Z")
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_PER_SECOND = 1_000_000


def _refused(constant: str) -> None:
    raise ValueError(constant)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice, for two readers could then read two things."""
    held = dict(pairs)
    if len(held) != len(pairs):
        raise ValueError("a key stands twice")
    return held


_JSON = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refused)


def json_object(text: bytes | str, field: str = "JSON") -> dict[str, Any]:
    """The JSON object of a text; `Malformed` if it is anything else."""
    try:
        value = _JSON.decode(text.decode("utf-8") if isinstance(text, bytes) else text)
    except (ValueError, RecursionError) as problem:
        raise Malformed(field) from problem
    if not isinstance(value, dict):
        raise Malformed(field)
    return value


Value = TypeVar("Value")


def field_of(held: Mapping[str, Any], name: str, kind: type[Value]) -> Value:
    """A field of exactly that type (a truth value is no number)."""
    value = held.get(name)
    if type(value) is not kind:
        raise Malformed(name)
    return value


def text_of(held: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    """A field of text that is spelt so."""
    value = field_of(held, name, str)
    if not pattern.match(value):
        raise Malformed(name)
    return value


def number_of(held: Mapping[str, Any], name: str, least: int = 0) -> int:
    """A whole number, not below `least` and of at most 63 bits."""
    value = field_of(held, name, int)
    if not least <= value < NUMBER_MAX:
        raise Malformed(name)
    return value


def exactly(held: Mapping[str, Any], fields: Iterable[str]) -> None:
    """Only these fields, and all of them."""
    different = set(held) ^ set(fields)
    if different:
        raise Malformed(", ".join(sorted(different)))


def microseconds(text: str, field: str) -> int:
    """Whole microseconds since 1970 UTC of an ISO moment with its zone."""
    found = MOMENT.match(text)
    if not found:
        raise Malformed(field)
    second, fraction, zone = found.groups()
    spelt = f"{second}.{(fraction or '').ljust(6, '0')}{'+00:00' if zone == 'Z' else zone}"
    try:
        return (datetime.fromisoformat(spelt) - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError) as problem:
        raise Malformed(field) from problem


def lines_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines of an NDJSON file with their numbers; an unended last line is given with its end
    missing, which is no JSON object either way round: it is `Malformed` where it is read.
    """
    lines = content.split(b"\n")
    unended = lines.pop()
    yield from enumerate(lines, start=1)
    if unended:
        yield len(lines) + 1, b""


class Tenant(NamedTuple):
    """What the manifest says of one log."""

    epoch: int
    size: int
    root: str


class Manifest(NamedTuple):
    """What the bundle says of itself."""

    log: str
    made_at: str
    known_until: int
    keys: list[str]
    witnesses: list[str]
    tenants: dict[str, Tenant]
    scope: list[str]
    files: dict[str, str]


_MANIFEST_FIELDS = (
    "format",
    "made_at",
    "known_until",
    "log",
    "keys",
    "witnesses",
    "tenants",
    "scope",
    "files",
)


def read_manifest(files: Mapping[str, bytes]) -> Manifest:
    """The manifest; `Unreadable` without a proper one, for everything else hangs on it."""
    if MANIFEST not in files:
        raise Unreadable("manifest.absent")
    try:
        held = json_object(files[MANIFEST])
        if held.get("format") != FORMAT:
            raise Unreadable("manifest.format", found=held.get("format"), expected=FORMAT)
        exactly(held, _MANIFEST_FIELDS)
        microseconds(field_of(held, "made_at", str), "made_at")
        listed = field_of(held, "files", dict)
        return Manifest(
            log=text_of(held, "log", LOG_NAME),
            made_at=field_of(held, "made_at", str),
            known_until=microseconds(field_of(held, "known_until", str), "known_until"),
            keys=_texts(held, "keys"),
            witnesses=_texts(held, "witnesses"),
            tenants=_tenants(field_of(held, "tenants", dict)),
            scope=_texts(held, "scope"),
            files={name: text_of(listed, name, HEX_DIGEST) for name in listed},
        )
    except Malformed as problem:
        raise Unreadable("manifest.malformed", field=problem) from problem


def _texts(held: Mapping[str, Any], name: str) -> list[str]:
    values = field_of(held, name, list)
    if not all(isinstance(each, str) for each in values):
        raise Malformed(name)
    return values


def _tenants(held: Mapping[str, Any]) -> dict[str, Tenant]:
    told = {}
    for code in sorted(held):
        if not CODE.match(code):
            raise Malformed(code)
        one = field_of(held, code, dict)
        exactly(one, Tenant._fields)
        epoch, size = number_of(one, "epoch", 1), number_of(one, "size")
        told[code] = Tenant(epoch, size, text_of(one, "root", HEX_DIGEST))
    return told


_RANKING_NAME = re.compile(r"rankings/([0-9]{2})-([0-9]{4})-(mandiri|terverifikasi|final)\.json\Z")
_RULES_NAME = re.compile(r"rules/[A-Za-z0-9._-]+\.toml\Z")


def check_files(files: Mapping[str, bytes], manifest: Manifest, findings: Findings) -> None:
    """Exactly the files that are listed, each with its digest, and each with a place here."""
    needed = {HEADS, REGIONS, note_name(ALL_NOTE)}
    for code in manifest.tenants:
        needed |= {events_name(code), note_name(code)}
    for name in sorted(set(files) | set(manifest.files) | needed):
        if name == MANIFEST:
            continue
        if name not in manifest.files:
            findings.problem("file.unlisted" if name in files else "file.missing", file=name)
        elif name not in files:
            findings.problem("file.absent", file=name)
        else:
            found = hashlib.sha256(files[name]).hexdigest()
            if found != manifest.files[name]:
                findings.problem("file.digest", file=name, found=found)
        placed = name in needed or _RANKING_NAME.match(name) or _RULES_NAME.match(name)
        if not placed:
            findings.problem("file.unexpected", file=name)


def events_name(code: str) -> str:
    """Where a log's events are."""
    return f"events/{code}.ndjson"


def note_name(code: str) -> str:
    """Where the signed note of a log is."""
    return f"checkpoints/{code}.note"


# --- events and their tree (RFC 6962) -------------------------------------------------------


def netstrings(fields: Iterable[bytes]) -> bytes:
    """Each field behind its length, so that no two lists of fields give the same bytes."""
    return b"".join(b"%d:%b," % (len(field), field) for field in fields)


def leaf_hash(leaf: bytes) -> bytes:
    """A leaf is hashed behind a zero byte."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing hash tree, of which only the right edge is kept."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """One more leaf hash."""
        full = self.size
        while full & 1:
            leaf = _node(self._edge.pop(), leaf)
            full >>= 1
        self._edge.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the leaves so far."""
        if not self._edge:
            return hashlib.sha256(b"").digest()
        folded = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            folded = _node(left, folded)
        return folded


class Fact(NamedTuple):
    """One event, as far as anything here depends on it; moments in microseconds."""

    seq: int
    topic: str
    year: int
    recorded: int
    happened: int
    said: dict[str, Any]


class Instant(NamedTuple):
    """What was known before a moment, and of that what had happened before another, if any.

    In microseconds.
    """

    known: int
    happened: int | None = None

    def holds(self, fact: Fact) -> bool:
        """Whether the fact is a part of it."""
        past = self.happened is None or fact.happened < self.happened
        return past and fact.recorded < self.known

    def of(self, facts: Iterable[Fact]) -> list[Fact]:
        """Its facts, in the order in which they count."""
        held = list(filter(self.holds, facts))
        if self.happened is not None:
            held.sort(key=lambda fact: (fact.happened, fact.seq))
        return held


class Log(NamedTuple):
    """What the events of one tenant come to; `roots` by size, where anybody told one."""

    facts: list[Fact]
    size: int
    roots: dict[int, str]
    whole: bool


BEARING = (
    "innovation.registered.1",
    "innovation.revised.1",
    "innovation.submitted.1",
    "innovation.withdrawn.1",
    "innovation.rejected.1",
    "innovation.reinstated.1",
    "indicator.claimed.1",
    "indicator.accepted.1",
    "indicator.returned.1",
)
OPENED, ENTERED = "season.opened.1", "season.entered.1"
PUBLISHED, REPORTED = "result.published.1", "score.reported.1"
USED = {*BEARING, OPENED, ENTERED, PUBLISHED, REPORTED}
_USED_STEMS = {topic.rpartition(".")[0] for topic in USED}

_EVENT_FIELDS = (
    "seq",
    "stream",
    "version",
    "event_id",
    "topic",
    "recorded_at",
    "meta",
    "state",
)


class LogReader:
    """Reads the events of one tenant, line by line."""

    def __init__(self, code: str, sizes: Iterable[int], findings: Findings) -> None:
        self._code = code
        self._sizes = set(sizes)
        self._findings = findings
        self._versions: dict[str, int] = {}
        self._identities: set[str] = set()
        self._tree = Tree()
        self._roots: dict[int, str] = {}
        self._facts: list[Fact] = []
        self._withheld = 0

    def read(self, content: bytes) -> Log:
        """All lines; what is wrong with them is found, and their tree given if none is."""
        whole = True
        self._note_root()
        for number, line in lines_of(content):
            try:
                whole = self._line(number, line) and whole
            except (Malformed, UnicodeError) as problem:
                whole = False
                field = problem if isinstance(problem, Malformed) else "UTF-8"
                place = {"file": events_name(self._code), "line": number}
                self._findings.problem("line.malformed", field=field, **place)
        if self._withheld:
            self._findings.remark("remark.withheld", region=self._code, count=self._withheld)
        return Log(self._facts, self._tree.size, self._roots, whole)

    def _note_root(self) -> None:
        if self._tree.size in self._sizes:
            self._roots[self._tree.size] = self._tree.root().hex()

    def _line(self, number: int, line: bytes) -> bool:
        held = json_object(line)
        if "withheld" in held:
            return self._hidden(number, held)
        exactly(held, _EVENT_FIELDS)
        seq, version = number_of(held, "seq", 1), number_of(held, "version", 1)
        stream, topic = field_of(held, "stream", str), text_of(held, "topic", TOPIC)
        identity = text_of(held, "event_id", UUID_TEXT)
        recorded = microseconds(field_of(held, "recorded_at", str), "recorded_at")
        meta, state = field_of(held, "meta", str), field_of(held, "state", str)
        leaf = netstrings(
            (
                LEAF_LAYOUT,
                self._code.encode(),
                b"%d" % seq,
                stream.encode(),
                b"%d" % version,
                bytes.fromhex(identity.replace("-", "")),
                topic.encode(),
                b"%d" % recorded,
                meta.encode(),
                state.encode(),
            )
        )
        self._tree.append(leaf_hash(leaf))
        self._note_root()
        self._keep(seq, topic, recorded, meta, state)
        self._in_stream(seq, stream, version, identity)
        return self._in_order(number, seq)

    def _hidden(self, number: int, held: Mapping[str, Any]) -> bool:
        """An event that is not shown to whom the bundle was made for: its leaf hash alone."""
        exactly(held, ("seq", "withheld"))
        self._tree.append(bytes.fromhex(text_of(held, "withheld", HEX_DIGEST)))
        self._note_root()
        self._withheld += 1
        return self._in_order(number, number_of(held, "seq", 1))

    def _in_order(self, number: int, seq: int) -> bool:
        if seq != number:
            place = {"file": events_name(self._code), "line": number}
            self._findings.problem("line.out_of_order", found=seq, expected=number, **place)
        return seq == number

    def _in_stream(self, seq: int, stream: str, version: int, identity: str) -> None:
        """Versions of a stream are without a gap, and ids are given once."""
        expected = self._versions.get(stream, 0) + 1
        self._versions[stream] = version
        place = {"region": self._code, "seq": seq}
        if version != expected:
            facts = {"stream": stream, "found": version, "expected": expected}
            self._findings.problem("event.version", **facts, **place)
        if identity in self._identities:
            self._findings.problem("event.twice", **place)
        self._identities.add(identity)

    def _keep(self, seq: int, topic: str, recorded: int, meta: str, state: str) -> None:
        said_of, why = json_object(state, "state"), json_object(meta, "meta")
        if said_of.get("type") != topic:
            raise Malformed("topic")
        year = number_of(said_of, "year") if "year" in said_of else 0
        if topic in USED:
            stated = why.get("occurred_at")
            happened = recorded
            if stated is not None:
                happened = microseconds(field_of(why, "occurred_at", str), "occurred_at")
            self._facts.append(Fact(seq, topic, year, recorded, happened, said_of))
        elif topic.rpartition(".")[0] in _USED_STEMS:
            self._findings.problem("event.unknown_kind", region=self._code, seq=seq, topic=topic)


# --- the log of heads -----------------------------------------------------------------------


class Head(NamedTuple):
    """One line of the log of heads."""

    place: int
    tenant: str
    epoch: int
    size: int
    root: str


_HEAD_FIELDS = ("index", "tenant", "epoch", "size", "root")


def read_heads(content: bytes, findings: Findings) -> tuple[list[Head], Tree]:
    """The lines in order, and their tree; numbering, epochs and sizes are looked at here."""
    heads: list[Head] = []
    tree = Tree()
    last: dict[str, Head] = {}
    for number, line in lines_of(content):
        try:
            head = _head(line)
        except Malformed as problem:
            findings.problem("line.malformed", file=HEADS, line=number, field=problem)
            continue
        if head.place != number - 1:
            facts = {"found": head.place, "expected": number - 1}
            findings.problem("line.out_of_order", file=HEADS, line=number, **facts)
        tree.append(leaf_hash(head_leaf(head)))
        _must_follow(last.get(head.tenant), head, findings)
        last[head.tenant] = head
        heads.append(head)
    return heads, tree


def _head(line: bytes) -> Head:
    held = json_object(line)
    exactly(held, _HEAD_FIELDS)
    return Head(
        place=number_of(held, "index"),
        tenant=text_of(held, "tenant", CODE),
        epoch=number_of(held, "epoch", 1),
        size=number_of(held, "size"),
        root=text_of(held, "root", HEX_DIGEST),
    )


def head_leaf(head: Head) -> bytes:
    """The bytes that are hashed of one line."""
    epoch, size = b"%d" % head.epoch, b"%d" % head.size
    root = bytes.fromhex(head.root)
    return netstrings((HEAD_LAYOUT, head.tenant.encode(), epoch, size, root))


def root_of(heads: Iterable[Head]) -> bytes:
    """The root of the tree of these lines."""
    tree = Tree()
    for head in heads:
        tree.append(leaf_hash(head_leaf(head)))
    return tree.root()


def _must_follow(earlier: Head | None, head: Head, findings: Findings) -> None:
    if earlier is None:
        return
    place = {"region": head.tenant, "index": head.place}
    if head.epoch < earlier.epoch:
        told = {"earlier": earlier.epoch, "epoch": head.epoch}
        findings.problem("heads.epoch_fell", **told, **place)
    elif head.epoch == earlier.epoch and head.size < earlier.size:
        findings.problem("heads.size_fell", earlier=earlier.size, size=head.size, **place)


def check_tenant(
    code: str, told: Tenant, log: Log, heads: Sequence[Head], findings: Findings
) -> None:
    """The events of a tenant against the manifest and all that was ever published of it."""
    if log.size != told.size:
        findings.problem("tenant.size", region=code, found=log.size, expected=told.size)
    elif log.whole and log.roots[told.size] != told.root:
        findings.problem("tenant.root", region=code)
    if not heads:
        if told.size:
            findings.problem("heads.none", region=code)
        return
    last = heads[-1]
    if (last.epoch, last.size, last.root) != told:
        findings.problem("heads.last", region=code)
    if log.whole:
        _check_history(code, log, heads, findings)


def _check_history(code: str, log: Log, heads: Sequence[Head], findings: Findings) -> None:
    """Tell of each epoch the first head that the events do not lead to: others follow from it."""
    last = heads[-1].epoch
    for epoch in sorted({head.epoch for head in heads}):
        sound = 0
        within = (head for head in heads if head.epoch == epoch)
        for head in sorted(within, key=lambda each: (each.size, each.place)):
            if head.size <= log.size and log.roots[head.size] == head.root:
                sound = head.size
                continue
            _tell_broken(code, log, head, sound, last, findings)
            break


def _tell_broken(
    code: str, log: Log, head: Head, sound: int, last: int, findings: Findings
) -> None:
    """What a head says that the events do not; `sound` of them its epoch's heads led to."""
    place = {"region": code, "index": head.place}
    if head.epoch < last:
        told = {"epoch": head.epoch + 1, "size": head.size, "kept": sound}
        findings.problem("heads.lost_before", **told, **place)
    elif head.size > log.size:
        told = {"epoch": head.epoch, "size": head.size, "found": log.size}
        findings.problem("heads.lost", **told, **place)
    else:
        told = {"epoch": head.epoch, "first": min(sound + 1, head.size), "last": head.size}
        findings.problem("heads.other_history", **told, **place)


# --- signed notes (C2SP signed-note, tlog-checkpoint, cosignature/v1) -----------------------

LOG_KEY, WITNESS_KEY = 1, 4
KEY_ID_BYTES = 4
TIME_BYTES = 8
CHECKPOINT_LINES_MIN = 3
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,18})\Z")
_SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\Z")


class Key(NamedTuple):
    """A verifier key: whose, its short id, and the public key of its kind."""

    name: str
    short_id: bytes
    kind: int
    public: bytes
    spelt: str


def parse_key(spelt: str, kind: int) -> Key:
    """A key spelt `name+hexid+base64`; `Malformed` also where its id is not its own."""
    parts = spelt.split("+", 2)
    try:
        name, short_id, held = parts[0], bytes.fromhex(parts[1]), _unbased(parts[2])
    except (IndexError, ValueError) as problem:
        raise Malformed(spelt) from problem
    own = hashlib.sha256(name.encode() + b"\n" + held).digest()[:KEY_ID_BYTES]
    if not LOG_NAME.match(name) or own != short_id or len(held) != 1 + KEY_BYTES or held[0] != kind:
        raise Malformed(spelt)
    return Key(name, short_id, kind, held[1:], spelt)


def _unbased(text: str) -> bytes:
    """The bytes of base64, spelt in the one way there is."""
    held = base64.b64decode(text, validate=True)
    if base64.b64encode(held).decode() != text:
        raise ValueError(text)
    return held


class Note(NamedTuple):
    """A checkpoint: the signed text, what it says, and signatures as (name, key id, rest)."""

    text: bytes
    origin: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes, bytes]]


def parse_note(content: bytes) -> Note:
    """A checkpoint with its signatures; `Malformed` if it is spelt otherwise."""
    try:
        text, separator, signed = content.decode("utf-8").rpartition("\n\n")
    except UnicodeError as problem:
        raise Malformed("UTF-8") from problem
    if not separator or not signed.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", text):
        raise Malformed("tanda tangan/signature")
    lines = text.split("\n")
    if len(lines) < CHECKPOINT_LINES_MIN or not all(lines) or not _DECIMAL.match(lines[1]):
        raise Malformed("baris/line")
    try:
        root = _unbased(lines[2])
    except ValueError as problem:
        raise Malformed("root") from problem
    signatures = [_signature(line) for line in signed[:-1].split("\n")]
    return Note(text.encode() + b"\n", lines[0], int(lines[1]), root, signatures)


def _signature(line: str) -> tuple[str, bytes, bytes]:
    found = _SIGNATURE_LINE.match(line)
    try:
        held = _unbased(found.group(2)) if found else b""
    except ValueError as problem:
        raise Malformed("base64") from problem
    if not found or len(held) <= KEY_ID_BYTES:
        raise Malformed("tanda tangan/signature")
    return found.group(1), held[:KEY_ID_BYTES], held[KEY_ID_BYTES:]


def _holds(key: Key, text: bytes, rest: bytes) -> bool:
    """Whether what follows the key id is a valid signature of that kind over the text."""
    if key.kind == LOG_KEY:
        return is_signed(key.public, text, rest)
    moment = int.from_bytes(rest[:TIME_BYTES], "big")
    message = b"cosignature/v1\ntime %d\n" % moment + text
    return is_signed(key.public, message, rest[TIME_BYTES:])


class Signers(NamedTuple):
    """Which of the asked keys signed, and in whose name something invalid stands."""

    valid: list[Key]
    invalid: list[Key]


def signed_by(file: str, note: Note, keys: Sequence[Key], findings: Findings) -> Signers:
    """Who of the keys signed; an invalid signature in the name of one is a problem."""
    signers = Signers([], [])
    for key in keys:
        rests = [
            rest
            for name, short_id, rest in note.signatures
            if (name, short_id) == (key.name, key.short_id)
        ]
        if not all(_holds(key, note.text, rest) for rest in rests):
            findings.problem("note.bad_signature", file=file, key=key.spelt)
            signers.invalid.append(key)
        elif rests:
            signers.valid.append(key)
    return signers


class Trust(NamedTuple):
    """Whose signatures are asked for, and whether the auditor named them or the bundle did."""

    keys: list[Key]
    keys_given: bool
    witnesses: list[Key]
    witnesses_given: bool


def check_note(
    file: str, content: bytes, origin: str, tree: tuple[int, str], trust: Trust, findings: Findings
) -> Note | None:
    """A note that is of this origin, over this tree, and signed by the log."""
    try:
        note = parse_note(content)
    except Malformed as problem:
        findings.problem("note.malformed", file=file, field=problem)
        return None
    if note.origin != origin:
        findings.problem("note.origin", file=file, found=note.origin, expected=origin)
    if (note.size, note.root.hex()) != tree:
        findings.problem("note.tree", file=file, size=note.size, found=tree[0])
    signers = signed_by(file, note, trust.keys, findings)
    if not signers.valid and not signers.invalid:
        wanted = ", ".join(key.spelt for key in trust.keys)
        findings.problem("note.unsigned", file=file, key=wanted or "?")
    return note


def check_witnesses(file: str, note: Note, trust: Trust, findings: Findings) -> None:
    """Each demanded witness must have cosigned; those that the bundle names are told."""
    signers = signed_by(file, note, trust.witnesses, findings)
    for key in trust.witnesses:
        if trust.witnesses_given:
            if key not in signers.valid and key not in signers.invalid:
                findings.problem("note.unwitnessed", file=file, key=key.spelt)
        elif key not in signers.invalid:
            name = "remark.witness_bundled" if key in signers.valid else "remark.witness_silent"
            findings.remark(name, key=key.spelt)
    if not trust.witnesses:
        findings.remark("remark.without_witness")


def check_earlier(
    file: str,
    content: bytes,
    manifest: Manifest,
    heads: Sequence[Head],
    trust: Trust,
    findings: Findings,
) -> None:
    """A note that the auditor kept from before: what it signs is a beginning of what is here."""
    try:
        note = parse_note(content)
    except Malformed as problem:
        findings.problem("note.malformed", file=file, field=problem)
        return
    if not signed_by(file, note, trust.keys, findings).valid:
        wanted = ", ".join(key.spelt for key in trust.keys)
        findings.problem("note.unsigned", file=file, key=wanted or "?")
        return
    if note.origin == f"{manifest.log}/heads":
        if note.size > len(heads):
            findings.problem("earlier.longer", file=file, size=note.size, found=len(heads))
        elif root_of(heads[: note.size]) != note.root:
            findings.problem("earlier.other_history", file=file, size=note.size)
        return
    told = {(f"{manifest.log}/{head.tenant}/{head.epoch}", head.size, head.root) for head in heads}
    if (note.origin, note.size, note.root.hex()) not in told:
        findings.problem("earlier.absent", file=file, origin=note.origin, size=note.size)


# --- the law --------------------------------------------------------------------------------

LEVEL_MAX = 3
BASIC_AFFAIRS = frozenset(range(1, 7))
FORMULAS = ("mean_with_floor", "open_sum")
PERCENT = 100
PLACES_MAX = 9
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class Rules(NamedTuple):
    """One year's rules, as far as an index depends on them; None where the law is not known."""

    rule_set: str
    file: str
    digest: str
    scaled: bool
    places: int
    score_max: Fraction
    divisor_floor: int
    count_weight: Fraction
    count_max: int
    affairs_min: int
    rejected_divide: bool
    other_affairs: bool
    counted_stages: list[str]
    window: tuple[date, date] | None
    development_extends: bool
    words_min: int
    region_weights: dict[str, Fraction]
    innovation_weights: dict[str, Fraction]


def read_rules(files: Mapping[str, bytes], findings: Findings) -> dict[str, Rules]:
    """All rule sets of the bundle by id; other tables of the same folder hold no rows."""
    found: dict[str, Rules] = {}
    for name in sorted(filter(_RULES_NAME.match, files)):
        try:
            held = tomllib.loads(files[name].decode("utf-8"))
            if "formula" not in held:
                continue
            rules = _rules(name, files[name], held)
        except (ValueError, RecursionError, Malformed) as problem:
            field = problem if isinstance(problem, Malformed) else "TOML"
            findings.problem("file.malformed", file=name, field=field)
            continue
        if rules.rule_set in found:
            findings.problem("rules.twice", rule_set=rules.rule_set, file=name)
        found[rules.rule_set] = rules
    return found


def _rules(name: str, raw: bytes, held: Mapping[str, Any]) -> Rules:
    formula = field_of(held, "formula", str)
    if formula not in FORMULAS or _legal(held, "rounding", str) not in (None, "half_even"):
        raise Malformed("formula, rounding")
    scaled = formula == "mean_with_floor"
    places = _needed(_legal(held, "places", int), "places")
    if not 0 <= places <= PLACES_MAX:
        raise Malformed("places")
    score_max = _points(held, "score_max") if scaled else Fraction(PERCENT)
    floor = _needed(_legal(held, "divisor_floor", int), "divisor_floor") if scaled else 1
    if score_max <= 0 or floor < 1:
        raise Malformed("score_max, divisor_floor")
    stages = _needed(_legal(held, "counted_stages", list), "counted_stages")
    affairs = _needed(_legal(held, "affairs_counted", str), "affairs_counted")
    rows = [each for each in field_of(held, "rows", list) if isinstance(each, dict)]
    return Rules(
        rule_set=field_of(held, "id", str),
        file=name,
        digest=hashlib.sha256(raw).hexdigest(),
        scaled=scaled,
        places=places,
        score_max=score_max,
        divisor_floor=floor,
        count_weight=_points(held, "count_weight") if scaled else Fraction(0),
        count_max=_needed(_legal(held, "count_max", int), "count_max") if scaled else 0,
        affairs_min=_legal(held, "affairs_min", int) or 0,
        rejected_divide=bool(_legal(held, "rejected_in_divisor", bool)),
        other_affairs=affairs == "main_and_other_affairs",
        counted_stages=stages,
        window=_window(_legal(held, "window", dict)),
        development_extends=bool(_legal(held, "development_extends_window", bool)),
        words_min=_legal(held, "words_min", int) or 0,
        region_weights=_weights(rows, "region"),
        innovation_weights=_weights(rows, "innovation"),
    )


def _legal(held: Mapping[str, Any], name: str, kind: type[Value]) -> Value | None:
    """A value of the law, which stands in a table with how sure it is; None where unknown."""
    table = field_of(held, name, dict)
    return field_of(table, "value", kind) if "value" in table else None


def _needed(value: Value | None, name: str) -> Value:
    if value is None:
        raise Malformed(name)
    return value


def _points(held: Mapping[str, Any], name: str) -> Fraction:
    text = _needed(_legal(held, name, str), name)
    if not POINTS.match(text):
        raise Malformed(name)
    return Fraction(text)


def _window(held: Mapping[str, Any] | None) -> tuple[date, date] | None:
    if held is None:
        return None
    return field_of(held, "first", date), field_of(held, "last", date)


def _weights(rows: Iterable[Mapping[str, Any]], unit: str) -> dict[str, Fraction]:
    """What one level of each row is worth; nothing where nobody knows."""
    return {
        field_of(row, "code", str): _points(row, "weight") if "value" in row["weight"] else _ZERO
        for row in rows
        if row.get("unit") == unit and isinstance(row.get("weight"), dict)
    }


_ZERO = Fraction(0)


# --- the index ------------------------------------------------------------------------------


class Profile(NamedTuple):
    """What counts of an innovation's profile."""

    tahapan: str
    main_affair: int
    other_affairs: list[int]
    applied: date | None
    developed: date | None
    words: int


class Season:
    """What a region's facts of one year stand at: claims, verdicts, and what became of each."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.named: set[str] = set()
        self.profiles: dict[str, Profile] = {}
        self.submitted: set[str] = set()
        self.rejected: set[str] = set()
        self.claimed: dict[tuple[str, str], int] = {}
        self.accepted: dict[tuple[str, str], int] = {}

    def apply(self, fact: Fact) -> None:
        """One fact more, in the order of recording; `Malformed` where the rules know no such."""
        noun, verb, _ = fact.topic.split(".")
        if noun == "indicator":
            self._of_indicator(verb, fact.said)
        else:
            self._of_innovation(verb, fact.said)

    def _of_indicator(self, verb: str, said_of: Mapping[str, Any]) -> None:
        innovation, indicator = said_of.get("innovation", ""), said_of.get("indicator")
        level = 0 if verb == "returned" else said_of.get("level")
        rows = self.rules.innovation_weights if innovation else self.rules.region_weights
        known = isinstance(innovation, str) and isinstance(indicator, str) and indicator in rows
        if not known or type(level) is not int or not 0 <= level <= LEVEL_MAX:
            raise Malformed("level")
        slot = (innovation, str(indicator))
        self.named.update([innovation] if innovation else ())
        if verb == "claimed":
            self.claimed[slot] = level
            self.accepted.pop(slot, None)
        else:
            self.accepted[slot] = level

    def _of_innovation(self, verb: str, said_of: Mapping[str, Any]) -> None:
        name = field_of(said_of, "innovation", str)
        self.named.add(name)
        if verb in ("registered", "revised"):
            self.profiles[name] = _profile(field_of(said_of, "profile", dict))
        elif verb == "withdrawn":
            self.profiles.pop(name, None)
            self.submitted.discard(name)
            self.rejected.discard(name)
        elif verb == "rejected":
            self.rejected.add(name)
        else:  # submitted, reinstated
            self.rejected.discard(name)
            if verb == "submitted":
                self.submitted.add(name)

    def parts(self, stage: str) -> tuple[Fraction, set[str], set[str]]:
        """Points of the region's own rows, the innovations that count, those that are refused."""
        levels = self.claimed if stage == "mandiri" else self.accepted
        weights = self.rules.region_weights
        spd = sum((weights[row] * level for (of, row), level in levels.items() if not of), _ZERO)
        applied = {
            name
            for name, profile in self.profiles.items()
            if profile.tahapan in self.rules.counted_stages
        }
        if stage == "mandiri":
            return spd, applied, set()
        sent = applied & self.submitted
        refused = {name for name in sent if name in self.rejected or not self._eligible(name)}
        return spd, sent - refused, refused

    def index(self, stage: str) -> Fraction:
        """The index, rounded once to the even neighbour."""
        rules = self.rules
        spd, counted, refused = self.parts(stage)
        levels = self.claimed if stage == "mandiri" else self.accepted
        weights = rules.innovation_weights
        maturity = sum(
            (weights[row] * level for (of, row), level in levels.items() if of in counted), _ZERO
        )
        if not rules.scaled:
            return round(spd + maturity, rules.places)
        number = min(len(counted), rules.count_max) * rules.count_weight
        if len(self._affairs(counted)) < rules.affairs_min:
            number = _ZERO
        divided = len(counted) + (len(refused) if rules.rejected_divide else 0)
        total = spd + maturity / max(rules.divisor_floor, divided) + number
        return round(total * PERCENT / rules.score_max, rules.places)

    def is_blank(self, stage: str) -> bool:
        """Whether nothing at all can be told of this stage."""
        spd, counted, refused = self.parts(stage)
        return not (spd or counted or refused)

    def _affairs(self, counted: Iterable[str]) -> frozenset[int]:
        covered = set()
        for name in counted:
            profile = self.profiles[name]
            covered.add(profile.main_affair)
            if self.rules.other_affairs:
                covered.update(profile.other_affairs)
        return BASIC_AFFAIRS & covered

    def _eligible(self, name: str) -> bool:
        """Begun within the window, or older and developed in it; described in enough words."""
        profile = self.profiles[name]
        if profile.words < self.rules.words_min:
            return False
        if self.rules.window is None:
            return True
        first, last = self.rules.window
        if profile.applied is None or profile.applied > last:
            return False
        if profile.applied >= first:
            return True
        developed = profile.developed
        renewed = developed is not None and first <= developed <= last
        return renewed and self.rules.development_extends


def _profile(held: Mapping[str, Any]) -> Profile:
    others = held.get("other_urusan", [])
    if not isinstance(others, list) or not all(type(each) is int for each in others):
        raise Malformed("other_urusan")
    design = held.get("design", "")
    if not isinstance(design, str):
        raise Malformed("design")
    return Profile(
        tahapan=field_of(held, "tahapan", str),
        main_affair=field_of(held, "main_urusan", int),
        other_affairs=others,
        applied=_day(held, "implementation_date"),
        developed=_day(held, "development_date"),
        words=len(design.split()),
    )


def _day(held: Mapping[str, Any], name: str) -> date | None:
    if held.get(name) is None:
        return None
    try:
        return date.fromisoformat(text_of(held, name, DAY))
    except ValueError as problem:
        raise Malformed(name) from problem


def was_ever_told(rules: Rules, facts: Iterable[Fact], stage: str, instant: Instant) -> bool:
    """Whether an index of the stage was reckoned by then: from then on no stated score is shown.

    Scores are told once for every second in which facts became known, and there for every second
    in which they happened. So a fact that was taken back within its own second told nothing.
    """
    season, past, reached = Season(rules), [], -NUMBER_MAX
    known = Instant(instant.known).of(facts)
    for _, together in itertools.groupby(known, lambda fact: _second(fact.recorded)):
        piece = list(together)
        moments = [reached, *(fact.happened for fact in piece)]
        past.extend(piece)
        if moments == sorted(moments):
            told = _tells(season, piece, stage, instant)
        else:
            ordered = sorted(past, key=lambda fact: (fact.happened, fact.seq))
            told = _tells(Season(rules), ordered, stage, instant)
            for fact in piece:
                season.apply(fact)
        if told:
            return True
        reached = max(moments)
    return False


def _tells(season: Season, ordered: Sequence[Fact], stage: str, instant: Instant) -> bool:
    """All are applied, unless one before the instant in time tells."""
    for _, together in itertools.groupby(ordered, lambda fact: _second(fact.happened)):
        for fact in together:
            season.apply(fact)
        if instant.holds(fact) and not season.is_blank(stage):
            return True
    return False


def _second(moment: int) -> int:
    return moment // MICROSECONDS_PER_SECOND


class Books:
    """The seasons of every log in the bundle, replayed under the rules that each was entered by."""

    def __init__(
        self, logs: Mapping[str, Log], rules: Mapping[str, Rules], findings: Findings
    ) -> None:
        self._logs = logs
        self._rules = rules
        self._findings = findings
        self._entered: dict[tuple[str, int], Rules | None] = {}
        self._seasons: dict[tuple[str, int, Instant], Season | None] = {}

    def check_citations(self) -> None:
        """Every fact that cites a rule set cites the file that is here, by its SHA-256."""
        for code, log in self._logs.items():
            for fact in log.facts:
                rules = self._rules.get(str(fact.said.get("rule_set")))
                if rules is not None and fact.said.get("rule_digest") != rules.digest:
                    cited = {"rule_set": rules.rule_set, "file": rules.file}
                    self._findings.problem("rules.other", region=code, seq=fact.seq, **cited)

    def must_cite(self, file: str, lines: Sequence[str], findings: Findings) -> None:
        """Each `rules ID DIGEST` names a rule set of the bundle by the digest of its file."""
        for line in lines:
            _, rule_set, digest = line.split(" ")
            rules = self._rules.get(rule_set)
            if rules is None or rules.digest != digest:
                findings.problem("certificate.rules", file=file, rule_set=rule_set)

    def value(self, code: str, year: int, stage: str, instant: Instant) -> Fraction | None:
        """What a region stands at in a stage; None where it has no place (final without result)."""
        if code not in self._logs:
            return None if stage == FINAL else _ZERO
        if stage == FINAL:
            return self._stated(code, year, PUBLISHED, None, instant)
        season = self.season(code, year, instant)
        if season is not None and not season.is_blank(stage):
            return season.index(stage)
        stated = self._stated(code, year, REPORTED, stage, instant)
        if stated is None or season is None:
            return stated or _ZERO
        bearing = self._facts(code, year, BEARING)
        return _ZERO if was_ever_told(season.rules, bearing, stage, instant) else stated

    def _facts(self, code: str, year: int, topics: Sequence[str]) -> list[Fact]:
        facts = self._logs[code].facts if code in self._logs else ()
        return [fact for fact in facts if fact.year == year and fact.topic in topics]

    def _stated(
        self, code: str, year: int, topic: str, stage: str | None, instant: Instant
    ) -> Fraction | None:
        """The score of the last such statement, by when it happened, then by number."""
        said_of = [
            fact
            for fact in instant.of(self._facts(code, year, (topic,)))
            if stage is None or fact.said.get("stage") == stage
        ]
        if not said_of:
            return None
        last = max(said_of, key=lambda fact: (fact.happened, fact.seq))
        score = last.said.get("score")
        if not isinstance(score, str) or not POINTS.match(score):
            place = {"file": events_name(code), "line": last.seq}
            self._findings.problem("line.malformed", field="score", **place)
            return None
        return Fraction(score)

    def season(self, code: str, year: int, instant: Instant) -> Season | None:
        """A region's facts of a year, replayed; None where it never entered, or without rules."""
        asked = (code, year, instant)
        if asked not in self._seasons:
            rules = self._rules_of(code, year)
            self._seasons[asked] = rules and self._replayed(rules, *asked)
        return self._seasons[asked]

    def _replayed(self, rules: Rules, code: str, year: int, instant: Instant) -> Season:
        season = Season(rules)
        for fact in instant.of(self._facts(code, year, BEARING)):
            self._apply(code, season, fact)
        return season

    def _rules_of(self, code: str, year: int) -> Rules | None:
        if (code, year) not in self._entered:
            self._entered[code, year] = self._entry(code, year)
        return self._entered[code, year]

    def _entry(self, code: str, year: int) -> Rules | None:
        """The rules of a region's entry, which is before all that counts."""
        facts = self._facts(code, year, (*BEARING, ENTERED))
        entry = next((fact for fact in facts if fact.topic == ENTERED), None)
        bearing = [fact for fact in facts if fact.topic in BEARING]
        if bearing and (entry is None or bearing[0].seq < entry.seq):
            place = {"region": code, "seq": bearing[0].seq}
            self._findings.problem("season.not_entered", year=year, **place)
        if entry is None:
            return None
        self._must_be_opened(code, entry)
        rules = self._rules.get(str(entry.said.get("rule_set")))
        if rules is None:
            wanted = entry.said.get("rule_set")
            self._findings.problem("rules.absent", rule_set=wanted, region=code, year=year)
        return rules

    def _apply(self, code: str, season: Season, fact: Fact) -> None:
        try:
            season.apply(fact)
        except Malformed as problem:
            if str(problem) != "level":
                place = {"file": events_name(code), "line": fact.seq}
                self._findings.problem("line.malformed", field=problem, **place)
                return
            facts = {"indicator": fact.said.get("indicator"), "level": fact.said.get("level")}
            place = {"region": code, "seq": fact.seq, "rule_set": season.rules.rule_set}
            self._findings.problem("season.unknown_level", **facts, **place)

    def _must_be_opened(self, code: str, entry: Fact) -> None:
        """The opening that an entry names stands in its keeper's log, under the same rules."""
        keeper, seq = entry.said.get("opened_by"), entry.said.get("opened_seq")
        cited = ("year", "rule_set", "rule_digest")
        kept = self._logs[keeper].facts if isinstance(keeper, str) and keeper in self._logs else []
        for fact in kept:
            if fact.topic == OPENED and fact.seq == seq:
                if all(fact.said.get(name) == entry.said.get(name) for name in cited):
                    return
                break
        self._findings.problem(
            "season.no_opening",
            region=code,
            seq=entry.seq,
            year=entry.year,
            opened_by=keeper,
            opened_seq=seq,
        )


# --- rankings -------------------------------------------------------------------------------


class Row(NamedTuple):
    """One told row; both numbers are None where a region has no result."""

    region: str
    rank: int | None
    value: Fraction | None


_ROW_FIELDS = ("region", "rank", "index")


class Region(NamedTuple):
    """A region of the register."""

    name: str
    kind: str
    province: str
    subject: bool


def read_regions(content: bytes) -> dict[str, Region]:
    """The register by code."""
    regions = {}
    for code, told in json_object(content).items():
        if not CODE.match(code) or not isinstance(told, dict):
            raise Malformed(code)
        regions[code] = Region(
            name=field_of(told, "name", str),
            kind=field_of(told, "kind", str),
            province=field_of(told, "province", str),
            subject=field_of(told, "subject", bool),
        )
    return regions


class Rankings:
    """Compares what was served with what the events come to."""

    def __init__(
        self,
        books: Books,
        regions: Mapping[str, Region],
        elsewhere: frozenset[str],
        cut: Instant,
        findings: Findings,
    ) -> None:
        self.books = books
        self.cut = cut
        self._regions = regions
        self._elsewhere = elsewhere
        self.findings = self._findings = findings

    def check(self, file: str, content: bytes) -> None:
        """One ranking file; `elsewhere` are regions whose events are not in the bundle."""
        try:
            province, year, stage, rows = _ranking(file, content)
        except Malformed as problem:
            self._findings.problem("file.malformed", file=file, field=problem)
            return
        assessed = set(self.assessed(province))
        told = {row.region: row for row in rows}
        if assessed != set(told) or len(rows) != len(told):
            different = ", ".join(sorted(assessed ^ set(told))) or "×2"
            self._findings.problem("ranking.regions", file=file, regions=different)
        values = {
            code: told[code].value
            if code in self._elsewhere
            else self.books.value(code, year, stage, self.cut)
            for code in sorted(set(told) & assessed)
        }
        left = len(self._elsewhere & set(values))
        if left:
            self._findings.remark("remark.not_recomputed", count=left, file=file)
        self._compare(file, rows, values)

    def assessed(self, province: str) -> list[str]:
        """The regions of a province that are ranked."""
        return [
            code
            for code, region in self._regions.items()
            if region.subject and region.province == province and region.kind != "provinsi"
        ]

    def unknown(self, codes: Iterable[str]) -> list[str]:
        """Those whose events are not in the bundle, though there are some."""
        return sorted(self._elsewhere & set(codes))

    def _compare(
        self, file: str, rows: Sequence[Row], values: Mapping[str, Fraction | None]
    ) -> None:
        ranked = placed(values)
        order, ranks = [row.region for row in ranked], {row.region: row.rank for row in ranked}
        for row in rows:
            if row.region not in values:
                continue
            named = {"region": self._named(row.region), "file": file}
            if row.value != values[row.region]:
                facts = {"told": _spelt(row.value), "found": _spelt(values[row.region])}
                self._findings.problem("ranking.index", **facts, **named)
            if row.rank != ranks[row.region]:
                facts = {"told": str(row.rank or "–"), "found": str(ranks[row.region] or "–")}
                self._findings.problem("ranking.rank", **facts, **named)
        told = [row.region for row in rows if row.region in values]
        for number, code in enumerate(told[: len(order)]):
            if code != order[number]:
                facts = {"told": self._named(code), "found": self._named(order[number])}
                self._findings.problem("ranking.order", file=file, line=number + 1, **facts)
                return

    def _named(self, code: str) -> str:
        return f"{code} ({self._regions[code].name})"


def placed(values: Mapping[str, Fraction | None]) -> list[Row]:
    """Competition ranking: equal indexes share a rank, and stand by code; the unplaced last."""
    known = {code: value for code, value in values.items() if value is not None}
    ranks: dict[Fraction, int] = {}
    rows = []
    for place, code in enumerate(sorted(known, key=lambda code: (-known[code], code)), start=1):
        rows.append(Row(code, ranks.setdefault(known[code], place), known[code]))
    return rows + [Row(code, None, None) for code in sorted(set(values) - set(known))]


def _ranking(file: str, content: bytes) -> tuple[str, int, str, list[Row]]:
    """A ranking whose name says what is in it."""
    held = json_object(content)
    exactly(held, ("province", "year", "stage", "rows"))
    province, year = text_of(held, "province", CODE), number_of(held, "year")
    stage = field_of(held, "stage", str)
    if file != f"rankings/{province}-{year}-{stage}.json" or stage not in STAGES:
        raise Malformed("province, year, stage")
    rows = []
    for each in field_of(held, "rows", list):
        if not isinstance(each, dict):
            raise Malformed("rows")
        exactly(each, _ROW_FIELDS)
        rank = None if each["rank"] is None else number_of(each, "rank", 1)
        index = None if each["index"] is None else Fraction(text_of(each, "index", POINTS))
        rows.append(Row(text_of(each, "region", CODE), rank, index))
    return province, year, stage, rows


def _spelt(value: Fraction | None) -> str:
    """A fraction of tens as a decimal; every index told or reckoned here is one."""
    if value is None:
        return "–"
    places = next(each for each in range(20) if 10**each % value.denominator == 0)
    digits = str(abs(value.numerator) * (10**places // value.denominator)).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


# --- replaying ------------------------------------------------------------------------------

_REPLAY = re.compile(r"([0-9]{2}(?:\.[0-9]{2})?)/([0-9]{4})(?:/([a-z]+))?\Z")


class Replay(NamedTuple):
    """What is to be replayed: a ranking (`63/2026/mandiri`) or a region's state (`63.10/2026`)."""

    code: str
    year: int
    stage: str | None
    ends: tuple[int, ...]
    clock: str

    def instants(self, cut: Instant) -> Iterator[Instant]:
        """By the clock that was asked for; nothing was known to the bundle later than its cut."""
        for end in self.ends:
            if self.clock == KNOWN:
                yield Instant(min(end, cut.known))
            else:
                yield Instant(cut.known, end)


def parse_replay(what: str, moments: Sequence[str], clock: str) -> Replay:
    """As it is asked for on the command line; each moment includes the whole of its second."""
    found = _REPLAY.match(what)
    if not found or not moments or found[3] not in (None, *STAGES):
        raise Malformed(what)
    seconds = [_second(microseconds(each, each)) + 1 for each in moments]
    ends = tuple(each * MICROSECONDS_PER_SECOND for each in seconds)
    return Replay(found[1], int(found[2]), found[3], ends, clock)


def replayed(replay: Replay, rankings: Rankings) -> list[str]:
    """A line of JSON for each moment, always spelt the same; `Unreadable` without the events."""
    ranked = rankings.assessed(replay.code) if replay.stage else [replay.code]
    absent = rankings.unknown(ranked)
    if absent or not ranked:
        raise Unreadable("replay.absent", regions=", ".join(absent) or replay.code)
    documents = (
        _ranking_at(replay, rankings, ranked, instant)
        if replay.stage
        else _state_at(replay, rankings.books, instant)
        for instant in replay.instants(rankings.cut)
    )
    return [
        json.dumps(each, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for each in documents
    ]


def _asked(replay: Replay, instant: Instant) -> dict[str, object]:
    return {
        "year": replay.year,
        "known_until": _iso(instant.known),
        "happened_until": None if instant.happened is None else _iso(instant.happened),
    }


def _iso(moment: int) -> str:
    spelt = (_EPOCH + moment * _MICROSECOND).isoformat(timespec="microseconds")
    return spelt.replace("+00:00", "Z")


def _ranking_at(
    replay: Replay, rankings: Rankings, ranked: Iterable[str], instant: Instant
) -> dict[str, object]:
    """As in `rankings/`, with the moment."""
    stage = str(replay.stage)
    values = {
        code: rankings.books.value(code, replay.year, stage, instant) for code in sorted(ranked)
    }
    rows = [
        {"region": row.region, "rank": row.rank, "index": _index(row.value)}
        for row in placed(values)
    ]
    return {**_asked(replay, instant), "province": replay.code, "stage": stage, "rows": rows}


def _state_at(replay: Replay, books: Books, instant: Instant) -> dict[str, object]:
    """What the region's facts of the year come to."""
    code, year = replay.code, replay.year
    season = books.season(code, year, instant)
    return {
        **_asked(replay, instant),
        "region": code,
        "rule_set": season and season.rules.rule_set,
        "index": {stage: _index(books.value(code, year, stage, instant)) for stage in STAGES},
        **(_held(season) if season else {"levels": {}, "innovations": {}}),
    }


def _held(season: Season) -> dict[str, object]:
    """Levels as [claimed, accepted], and what each innovation is to the computed stages."""
    levels: dict[str, dict[str, list[int]]] = {name: {} for name in ("", *season.named)}
    for of, row in {*season.claimed, *season.accepted}:
        slot = (of, row)
        levels[of][row] = [season.claimed.get(slot, 0), season.accepted.get(slot, 0)]
    parts = {stage: season.parts(stage)[1:] for stage in COMPUTED}
    innovations = {}
    for name in season.named:
        profile = season.profiles.get(name)
        innovations[name] = {
            "tahapan": profile and profile.tahapan,
            "submitted": name in season.submitted,
            "rejected": name in season.rejected,
            "part": {stage: _part(name, *parts[stage]) for stage in COMPUTED},
            "levels": levels[name],
        }
    return {"levels": levels[""], "innovations": innovations}


def _part(innovation: str, counted: set[str], refused: set[str]) -> str:
    """It counts, it only divides, or it is not there."""
    return "counts" if innovation in counted else "rejected" if innovation in refused else "absent"


def _index(value: Fraction | None) -> str | None:
    return None if value is None else _spelt(value)


# --- receipts -------------------------------------------------------------------------------

RECEIPT = "jejak-inovasi/receipt/1"
RECEIPT_BYTES_MAX = 16 * 1024 * 1024
_RECEIPT_FIELDS = (
    "format",
    "log",
    "keys",
    "tenant",
    "fact",
    "path",
    "checkpoint",
    "head",
    "heads_path",
    "heads_checkpoint",
)


def climbed(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf and its path lead to (RFC 9162, 2.1.3.2); None if they do not fit."""
    if index >= size:
        return None
    place, last, found = index, size - 1, leaf
    for each in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = _node(each, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, each)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


class Proven(NamedTuple):
    """What a sound receipt's sentence tells."""

    log: str
    region: str
    seq: int
    topic: str
    recorded_at: str
    size: int
    heads: int


def examine_receipt(
    held: Mapping[str, Any], trust: Trust, findings: Findings, files: Mapping[str, bytes]
) -> tuple[Proven, Trust]:
    """The fact's leaf under its log's note, and that log's head under the note of all."""
    exactly(held, _RECEIPT_FIELDS)
    trust = _trusted(trust, _texts(held, "keys"), [], findings)
    log, tenant = text_of(held, "log", LOG_NAME), text_of(held, "tenant", CODE)
    fact = field_of(held, "fact", dict)
    head = _head(json.dumps(field_of(held, "head", dict)).encode())
    leaf = _leaf_of(tenant, fact, findings)
    seq = number_of(fact, "seq", 1)
    root = climbed(leaf, seq - 1, head.size, _path(held, "path"))
    if head.tenant != tenant or root is None or root.hex() != head.root:
        findings.problem("receipt.path", seq=seq, region=tenant, size=head.size)
    note = field_of(held, "checkpoint", str).encode()
    origin = f"{log}/{tenant}/{head.epoch}"
    check_note("checkpoint", note, origin, (head.size, head.root), trust, findings)
    above = field_of(held, "heads_checkpoint", str).encode()
    size = _size_of(above)
    top = climbed(leaf_hash(head_leaf(head)), head.place, size, _path(held, "heads_path"))
    if top is None:
        findings.problem("receipt.heads_path", index=head.place, size=size)
    reckoned = (size, "" if top is None else top.hex())
    signed = check_note("heads_checkpoint", above, f"{log}/heads", reckoned, trust, findings)
    if signed is not None:
        check_witnesses("heads_checkpoint", signed, trust, findings)
    _check_named(fact, files, findings)
    topic, moment = str(fact.get("topic", "–")), str(fact.get("recorded_at", "–"))
    return Proven(shown(log), tenant, seq, shown(topic), moment, head.size, size), trust


def _leaf_of(tenant: str, fact: Mapping[str, Any], findings: Findings) -> bytes:
    """The hash of the fact as it is told; of a withheld one, the hash that is told."""
    if "withheld" in fact:
        exactly(fact, ("seq", "withheld"))
        findings.remark("remark.fact_withheld")
        return bytes.fromhex(text_of(fact, "withheld", HEX_DIGEST))
    exactly(fact, _EVENT_FIELDS)
    fields = (
        LEAF_LAYOUT,
        tenant.encode(),
        b"%d" % number_of(fact, "seq", 1),
        field_of(fact, "stream", str).encode(),
        b"%d" % number_of(fact, "version"),
        bytes.fromhex(text_of(fact, "event_id", UUID_TEXT).replace("-", "")),
        text_of(fact, "topic", TOPIC).encode(),
        b"%d" % microseconds(field_of(fact, "recorded_at", str), "recorded_at"),
        field_of(fact, "meta", str).encode(),
        field_of(fact, "state", str).encode(),
    )
    if json_object(field_of(fact, "state", str), "state").get("type") != fact["topic"]:
        raise Malformed("topic")
    return leaf_hash(netstrings(fields))


def _path(held: Mapping[str, Any], name: str) -> list[bytes]:
    path = _texts(held, name)
    if not all(HEX_DIGEST.match(each) for each in path):
        raise Malformed(name)
    return [bytes.fromhex(each) for each in path]


def _size_of(content: bytes) -> int:
    """How much a note says that it signs; what else is wrong with it is found elsewhere."""
    try:
        return parse_note(content).size
    except Malformed:
        return 0


def _check_named(fact: Mapping[str, Any], files: Mapping[str, bytes], findings: Findings) -> None:
    """Each file that the auditor holds is named in the fact by its SHA-256."""
    state = str(fact.get("state", ""))
    for name, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        if f'"{digest}"' not in state:
            findings.problem("receipt.file", file=name, sha256=digest)


# --- certificates ---------------------------------------------------------------------------

_CERTIFICATE = re.compile(
    r"(?P<log>[^\s+]{1,200})/certificate/(?P<province>[0-9]{2})/(?P<year>[0-9]{4})/(?P<stage>[a-z]+)\n"
    r"cut (?P<size>[1-9][0-9]{0,18}) (?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"known-until (?P<known>[0-9TZ:.-]{20,30})\n"
    r"standing (?:official|projection|sample)\n"
    r"(?P<rules>(?:rules [^ \n]{1,40} [0-9a-f]{64}\n)*)"
    r"(?:decree [^\n]{1,500}\n)*"
    r"regions (?P<count>[0-9]{1,4})\n"
    r"(?P<rows>(?:(?:[0-9]+|-) [0-9]{2}\.[0-9]{2} (?:[0-9.]+|-) [0-9]+ [^\n]{1,200}\n)*)\Z"
)


class Certificate(NamedTuple):
    """A certificate that was read: its fields, what is signed, and where it is cut."""

    found: re.Match[str]
    note: Note
    root: bytes
    known: int


def read_certificate(content: bytes) -> Certificate:
    """`Malformed` where it is spelt otherwise."""
    try:
        text, _, signed = content.decode("utf-8").rpartition("\n\n")
        found = _CERTIFICATE.match(text + "\n")
        if found is None or found["stage"] not in STAGES:
            raise Malformed("baris/line")
        lines = signed.rstrip("\n").split("\n")
        note = Note((text + "\n").encode(), "", 0, b"", [_signature(line) for line in lines])
        known = microseconds(found["known"], "known-until")
        return Certificate(found, note, _unbased(found["root"]), known)
    except (UnicodeError, ValueError) as problem:
        raise Malformed(type(problem).__name__) from problem


def check_certificate(
    file: str, content: bytes, given: Sequence[Key], heads: Sequence[Head], rankings: Rankings
) -> None:
    """A season's certificate: signed, cut at heads that are here, every row what the facts say."""
    findings = rankings.findings
    try:
        found, note, root, known = read_certificate(content)
    except Malformed as problem:
        findings.problem("note.malformed", file=file, field=problem)
        return
    if not given:
        findings.remark("remark.certificate_unsigned", file=file)
    elif not signed_by(file, note, given, findings).valid:
        findings.problem("note.unsigned", file=file, key=", ".join(key.spelt for key in given))
    size = int(found["size"])
    if size > len(heads) or root_of(heads[:size]) != root or known > rankings.cut.known:
        findings.problem("certificate.other_cut", file=file, size=size, found=len(heads))
        return
    rankings.books.must_cite(file, found["rules"].split("\n")[:-1], findings)
    _check_certified(file, found, heads[:size], Instant(known), rankings)


def _check_certified(
    file: str, found: re.Match[str], heads: Sequence[Head], instant: Instant, rankings: Rankings
) -> None:
    """Ranks, indexes, and how far each log went."""
    findings, year, stage = rankings.findings, int(found["year"]), found["stage"]
    told = [line.split(" ", 4) for line in found["rows"].split("\n")[:-1]]
    codes = rankings.assessed(found["province"])
    absent = rankings.unknown(codes)
    if absent:
        findings.problem("certificate.absent", file=file, regions=", ".join(absent))
        return
    sizes = {head.tenant: head.size for head in heads}
    values = {code: rankings.books.value(code, year, stage, instant) for code in codes}
    expected = [
        [str(row.rank or "-"), row.region, _index(row.value) or "-", str(sizes.get(row.region, 0))]
        for row in placed(values)
    ]
    for number, row in enumerate(expected):
        line = told[number][:4] if number < len(told) else ["–"]
        if line != row:
            facts = {"told": " ".join(line), "found": " ".join(row)}
            findings.problem("certificate.row", file=file, line=number + 1, **facts)
    if len(told) != len(expected) or int(found["count"]) != len(expected):
        findings.problem("certificate.count", file=file, told=len(told), found=len(expected))


# --- the run --------------------------------------------------------------------------------


class Told(NamedTuple):
    """What a sound bundle's sentence tells."""

    log: str
    made_at: str
    tenants: int
    events: int
    heads: int
    notes: int
    rankings: int


class Beside(NamedTuple):
    """What the auditor has besides: notes kept from before, certificates, and who signs those."""

    earlier: Mapping[str, bytes]
    certificates: Mapping[str, bytes]
    certificate_keys: Sequence[Key]


class Examined(NamedTuple):
    """What came of every check; `rankings` can be asked for more."""

    told: Told
    trust: Trust
    rankings: Rankings


def examine(
    files: Mapping[str, bytes],
    trust: Trust,
    findings: Findings,
    beside: Beside | None = None,
) -> Examined:
    """Every check, in an order in which the first thing told is nearest to the cause."""
    manifest = read_manifest(files)
    trust = _trusting(trust, manifest, findings)
    check_files(files, manifest, findings)
    heads, tree = read_heads(files.get(HEADS, b""), findings)
    logs: dict[str, Log] = {}
    for code, told in manifest.tenants.items():
        published = [head for head in heads if head.tenant == code]
        sizes = {told.size, *(head.size for head in published)}
        content = files.get(events_name(code), b"")
        logs[code] = LogReader(code, sizes, findings).read(content)
        check_tenant(code, told, logs[code], published, findings)
    _check_notes(files, manifest, tree, trust, findings)
    beside = beside or Beside({}, {}, [])
    for name, content in beside.earlier.items():
        check_earlier(name, content, manifest, heads, trust, findings)
    spoken = {head.tenant for head in heads if head.size}
    for region in manifest.scope:
        if region not in logs and region in spoken:
            findings.problem("scope.without_log", region=region)
    books = Books(logs, read_rules(files, findings), findings)
    books.check_citations()
    elsewhere, cut = frozenset(spoken - set(logs)), Instant(manifest.known_until)
    rankings = Rankings(books, _regions(files, findings), elsewhere, cut, findings)
    names = sorted(filter(_RANKING_NAME.match, files))
    for name in names:
        rankings.check(name, files[name])
    for name, content in beside.certificates.items():
        check_certificate(name, content, beside.certificate_keys, heads, rankings)
    events = sum(log.size for log in logs.values())
    notes = 1 + len(logs)
    counts = (len(logs), events, len(heads), notes, len(names))
    return Examined(Told(shown(manifest.log), manifest.made_at, *counts), trust, rankings)


def _trusting(given: Trust, manifest: Manifest, findings: Findings) -> Trust:
    return _trusted(given, manifest.keys, manifest.witnesses, findings)


def _trusted(given: Trust, logs: Sequence[str], others: Sequence[str], findings: Findings) -> Trust:
    """The keys that were given, else those that came along."""
    keys = given.keys or _parsed(logs, LOG_KEY, findings)
    witnesses = given.witnesses or _parsed(others, WITNESS_KEY, findings)
    return Trust(keys, given.keys_given, witnesses, given.witnesses_given)


def _parsed(spelt: Iterable[str], kind: int, findings: Findings) -> list[Key]:
    keys = []
    for each in spelt:
        try:
            keys.append(parse_key(each, kind))
        except Malformed as problem:
            findings.problem("file.malformed", file=MANIFEST, field=problem)
    return keys


def _check_notes(
    files: Mapping[str, bytes], manifest: Manifest, tree: Tree, trust: Trust, findings: Findings
) -> None:
    """The note of the log of heads with its witnesses, and the note of each tenant."""
    name = note_name(ALL_NOTE)
    if name in files:
        reckoned = (tree.size, tree.root().hex())
        origin = f"{manifest.log}/heads"
        note = check_note(name, files[name], origin, reckoned, trust, findings)
        if note is not None:
            check_witnesses(name, note, trust, findings)
    for code, told in manifest.tenants.items():
        name = note_name(code)
        if name in files:
            origin = f"{manifest.log}/{code}/{told.epoch}"
            check_note(name, files[name], origin, (told.size, told.root), trust, findings)


def _regions(files: Mapping[str, bytes], findings: Findings) -> dict[str, Region]:
    try:
        return read_regions(files.get(REGIONS, b"{}"))
    except Malformed as problem:
        findings.problem("file.malformed", file=REGIONS, field=problem)
        return {}


class Answer(NamedTuple):
    """The verdict: exit status, the one sentence, and what stands below it."""

    status: int
    sentence: str
    problems: list[Finding]
    remarks: list[Finding]
    found: int
    replayed: Sequence[str] = ()


def answered(
    path: Path,
    trust: Trust,
    *,
    english: bool,
    earlier: Sequence[Path] = (),
    certificates: Sequence[Path] = (),
    certificate_keys: Sequence[Key] = (),
    files: Sequence[Path] = (),
    replay: Replay | None = None,
) -> Answer:
    """A bundle or receipt examined, a sound bundle replayed; whatever is held out, an answer."""
    findings = Findings()
    lines: list[str] = []
    told: Told | Proven
    try:
        receipt = read_receipt(path)
        if receipt is None:
            kept, certified = (
                {str(each): _kept(each, NOTE_BYTES_MAX) for each in paths}
                for paths in (earlier, certificates)
            )
            beside = Beside(kept, certified, certificate_keys)
            told, trusted, rankings = examine(read_bundle(path), trust, findings, beside)
            lines = replayed(replay, rankings) if replay and not findings.count else []
        else:
            named = {str(each): _kept(each, FILE_BYTES_MAX) for each in files}
            told, trusted = examine_receipt(receipt, trust, findings, named)
    except Unreadable as problem:
        return _unreadable(problem, english=english)
    except (Malformed, ValueError, TypeError, LookupError, ArithmeticError) as problem:
        kind = f"{type(problem).__name__}: {problem}"
        return _unreadable(Unreadable("bundle.failed", problem=kind), english=english)
    except (RecursionError, MemoryError) as problem:
        kind = type(problem).__name__
        return _unreadable(Unreadable("bundle.failed", problem=kind), english=english)
    if findings.count:
        sentence = said("unsound", {"count": findings.count}, english=english)
        return Answer(1, sentence, findings.problems, findings.remarks, findings.count)
    keys = shown(", ".join(key.spelt for key in trusted.keys))
    name = "trust.given" if trusted.keys_given else "trust.bundled"
    facts = {**told._asdict(), "trust": said(name, {"keys": keys}, english=english)}
    sentence = "sound" if isinstance(told, Told) else "receipt.sound"
    return Answer(0, said(sentence, facts, english=english), [], findings.remarks, 0, lines)


def _kept(path: Path, bytes_max: int) -> bytes:
    """A file that the auditor has besides."""
    try:
        with path.open("rb") as opened:
            return opened.read(bytes_max)
    except OSError as problem:
        raise Unreadable("earlier.unreadable", path=path, problem=problem) from problem


def _unreadable(problem: Unreadable, *, english: bool) -> Answer:
    why = said(problem.name, problem.facts, english=english)
    finding = Finding(problem.name, problem.facts)
    return Answer(2, said("unreadable", {"why": why}, english=english), [finding], [], 1)


def printed(answer: Answer, *, english: bool, as_json: bool) -> str:
    """The answer for a person, or for a program."""

    def sentence(finding: Finding) -> str:
        return said(finding.name, finding.facts, english=english)

    if as_json:
        told = {
            "status": answer.status,
            "sentence": answer.sentence,
            "count": answer.found,
            "problems": _listed(answer.problems, english=english),
            "remarks": _listed(answer.remarks, english=english),
        }
        return json.dumps(told, ensure_ascii=False, indent=2)
    lines = [answer.sentence]
    if answer.status == 1:
        lines += [f"- {sentence(each)}" for each in answer.problems]
        if answer.found > len(answer.problems):
            more = {"count": answer.found - len(answer.problems)}
            lines.append(said("more", more, english=english))
    remarks = [{"sentence": sentence(each)} for each in answer.remarks]
    lines += [said("remark", each, english=english) for each in remarks]
    return "\n".join(lines)


def _listed(findings: Iterable[Finding], *, english: bool) -> list[dict[str, object]]:
    return [
        {
            "what": each.name,
            "sentence": said(each.name, each.facts, english=english),
            "facts": each.facts,
        }
        for each in findings
    ]


def main(arguments: Sequence[str]) -> int:
    """Parse, answer, print; the exit status."""
    parser = argparse.ArgumentParser(
        prog="periksa.py",
        description="Memeriksa bundel audit Jejak Inovasi tanpa jaringan. "
        "Checks an audit bundle offline.",
    )
    parser.add_argument("bundle", type=Path, help="BUNDLE.zip, folder")
    parser.add_argument("--key", action="append", default=[], help="kunci log / the log's key")
    parser.add_argument("--witness", action="append", default=[], help="kunci saksi / a witness")
    parser.add_argument("--english", action="store_true", help="in English")
    parser.add_argument("--json", action="store_true", help="untuk program / for programs")
    parser.add_argument(
        "--earlier", action="append", default=[], type=Path, help="catatan terdahulu / kept note"
    )
    parser.add_argument(
        "--certificate", action="append", default=[], type=Path, help="sertifikat / certificate"
    )
    parser.add_argument("--certificate-key", action="append", default=[], help="kunci / its key")
    parser.add_argument(
        "--file", action="append", default=[], type=Path, help="berkas bukti / a file of evidence"
    )
    parser.add_argument("--replay", help="63/2026/mandiri, 63.10/2026: JSON di keluaran baku")
    parser.add_argument("--as-of", action="append", default=[], help="2026-02-10T23:59:59+08:00")
    parser.add_argument("--clock", choices=CLOCKS, default=KNOWN, help="diketahui / terjadi")
    asked = parser.parse_args(arguments)
    try:
        keys = [parse_key(each, LOG_KEY) for each in asked.key]
        witnesses = [parse_key(each, WITNESS_KEY) for each in asked.witness]
        [parse_key(each, LOG_KEY) for each in asked.certificate_key]
    except Malformed as problem:
        answer = _unreadable(Unreadable("key.malformed", key=problem), english=asked.english)
    else:
        trust = Trust(keys, bool(keys), witnesses, bool(witnesses))
        answer = _answered(asked, trust)
    text = printed(answer, english=asked.english, as_json=asked.json)
    # What is replayed is for the next program in line; the verdict stands beside it.
    _write(sys.stderr if asked.replay else sys.stdout, [text])
    _write(sys.stdout, answer.replayed)
    return answer.status


def _answered(asked: argparse.Namespace, trust: Trust) -> Answer:
    try:
        replay = parse_replay(asked.replay, asked.as_of, asked.clock) if asked.replay else None
    except Malformed as problem:
        return _unreadable(Unreadable("replay.malformed", asked=problem), english=asked.english)
    return answered(
        asked.bundle,
        trust,
        english=asked.english,
        earlier=asked.earlier,
        certificates=asked.certificate,
        certificate_keys=[parse_key(each, LOG_KEY) for each in asked.certificate_key],
        files=asked.file,
        replay=replay,
    )


def _write(stream: TextIO, lines: Iterable[str]) -> None:
    for line in lines:
        stream.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    stream.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
