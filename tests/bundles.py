"""Audit bundles made of the product's own facts: its hashes, its scores, its places.

What is signed is signed by `cryptography`. A bundle is a mapping of names to bytes, so that a test
can damage it; `listed` makes a manifest fit again whatever was done.
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from services.projection.core import ranking
from services.scoring.core import timeline
from services.scoring.core.timeline import Entry
from shared.io import rulebook
from shared.kernel import merkle, regions, streams
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.events.result import ResultPublished, ScoreReported
from shared.kernel.events.scoring import ScoreCalculated
from shared.kernel.events.season import SeasonEntered, SeasonOpened
from shared.kernel.recorded import Event, Meta, Recorded, encode, topic
from tests import histories

NAME = "contoh.example/jejak"
YEAR = 2026
PROVINCE = "63"
MINISTRY = "00"
START = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
HEAD_EVERY = 3

Files = dict[str, bytes]


class Told(Struct, frozen=True, kw_only=True):
    """A fact as it is about to be recorded, in seconds after the start."""

    event: Event
    second: float
    happened: float | None = None


class Signer:
    """A key of the log (kind 1) or of a witness (kind 4)."""

    def __init__(self, name: str, seed: int, kind: int = 1) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self._name = name
        self._kind = kind
        raw = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._held = bytes([kind]) + raw
        self._id = hashlib.sha256(name.encode() + b"\n" + self._held).digest()[:4]
        self.verifier = f"{name}+{self._id.hex()}+{base64.b64encode(self._held).decode()}"

    def line(self, text: str) -> str:
        """The signature line under a note's text."""
        if self._kind == 1:
            signed = self._private.sign(text.encode())
        else:
            moment = 1_780_000_000
            message = f"cosignature/v1\ntime {moment}\n{text}"
            signed = moment.to_bytes(8, "big") + self._private.sign(message.encode())
        return f"— {self._name} {base64.b64encode(self._id + signed).decode()}\n"


LOG = Signer(NAME, 1)
STRANGER = Signer(NAME, 2)
WITNESS = Signer("saksi.example/bpk", 3, 4)
OTHER_WITNESS = Signer("saksi.example/kampus", 4, 4)


def note(origin: str, size: int, root: bytes, *signers: Signer) -> bytes:
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    return (text + "\n" + "".join(signer.line(text) for signer in signers)).encode()


def recorded(code: str, told: Sequence[Told]) -> list[Recorded]:
    """Facts with their numbers, as the log of a tenant would hold them."""
    versions: dict[str, int] = {}
    facts = []
    for seq, each in enumerate(told, start=1):
        stream = streams.stream_of(each.event)
        versions[stream] = versions.get(stream, 0) + 1
        happened = None if each.happened is None else START + timedelta(seconds=each.happened)
        facts.append(
            Recorded(
                tenant=code,
                seq=seq,
                stream=stream,
                version=versions[stream],
                event=each.event,
                meta=Meta(actor="key-1", role="region_admin", occurred_at=happened),
                recorded_at=START + timedelta(seconds=each.second, microseconds=seq % 7),
            )
        )
    return facts


def line_of(fact: Recorded) -> dict[str, Any]:
    return {
        "seq": fact.seq,
        "stream": fact.stream,
        "version": fact.version,
        "event_id": str(_identity(fact)),
        "topic": topic(fact.event),
        "recorded_at": fact.recorded_at.isoformat(timespec="microseconds")[:-6] + "Z",
        "meta": encode(fact.meta).decode(),
        "state": encode(fact.event).decode(),
    }


def _identity(fact: Recorded) -> UUID:
    return UUID(hashlib.sha256(f"{fact.tenant}/{fact.seq}".encode()).hexdigest()[:32])


def leaf_of(fact: Recorded) -> bytes:
    return merkle.leaf_hash(
        merkle.leaf_bytes(
            tenant=fact.tenant,
            seq=fact.seq,
            stream=fact.stream,
            version=fact.version,
            event_id=_identity(fact),
            topic=topic(fact.event),
            recorded_at=fact.recorded_at,
            meta=encode(fact.meta),
            state=encode(fact.event),
        )
    )


def head_leaf(head: Mapping[str, Any]) -> bytes:
    fields = (
        b"jejak-inovasi/head/1",
        head["tenant"].encode(),
        str(head["epoch"]).encode(),
        str(head["size"]).encode(),
        bytes.fromhex(head["root"]),
    )
    return merkle.leaf_hash(b"".join(b"%d:%b," % (len(each), each) for each in fields))


def root_of(leaves: Sequence[bytes]) -> bytes:
    return merkle.root(merkle.extend(b"", 0, leaves))


def ndjson(lines: Sequence[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def lines_in(files: Files, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[name].splitlines()]


class Maker:
    """Puts a bundle together from the facts of each tenant."""

    def __init__(
        self,
        story: Mapping[str, Sequence[Told]],
        *,
        signer: Signer = LOG,
        witnesses: Sequence[Signer] = (WITNESS,),
        epoch: int = 1,
    ) -> None:
        self.logs = {code: recorded(code, told) for code, told in sorted(story.items())}
        self.signer = signer
        self.witnesses = witnesses
        self.epoch = epoch

    def files(self) -> Files:
        made: Files = {}
        leaves = {code: [leaf_of(fact) for fact in facts] for code, facts in self.logs.items()}
        for code, facts in self.logs.items():
            made[f"events/{code}.ndjson"] = ndjson([line_of(fact) for fact in facts])
            root = root_of(leaves[code])
            origin = f"{NAME}/{code}/{self.epoch}"
            made[f"checkpoints/{code}.note"] = note(origin, len(facts), root, self.signer)
        made["heads.ndjson"] = ndjson(self._heads(leaves))
        made["regions.json"] = json.dumps(_regions()).encode()
        made["rules/2026.toml"] = (rulebook.RULES / "2026.toml").read_bytes()
        for stage in ranking.STAGES:
            told = ranking_of(self.logs, stage)
            made[f"rankings/{PROVINCE}-{YEAR}-{stage}.json"] = json.dumps(told).encode()
        return self.listed(noted(made, self.signer, self.witnesses), leaves)

    def _heads(self, leaves: Mapping[str, Sequence[bytes]]) -> list[dict[str, Any]]:
        heads: list[dict[str, Any]] = []
        longest = max(map(len, leaves.values()))
        for size in range(HEAD_EVERY, longest + HEAD_EVERY, HEAD_EVERY):
            for code, own in leaves.items():
                if size - HEAD_EVERY < len(own):
                    root = root_of(own[:size]).hex()
                    at = min(size, len(own))
                    heads.append(
                        {
                            "index": len(heads),
                            "tenant": code,
                            "epoch": self.epoch,
                            "size": at,
                            "root": root,
                        }
                    )
        return heads

    def listed(self, files: Files, leaves: Mapping[str, Sequence[bytes]]) -> Files:
        manifest = {
            "format": "jejak-inovasi/bundle/1",
            "made_at": "2026-11-01T02:03:04.000005Z",
            "known_until": "2026-11-01T00:00:00.000000Z",
            "log": NAME,
            "keys": [self.signer.verifier],
            "witnesses": [each.verifier for each in self.witnesses],
            "tenants": {
                code: {"epoch": self.epoch, "size": len(own), "root": root_of(own).hex()}
                for code, own in leaves.items()
            },
            "scope": [code for code in leaves if len(code) > 2],
            "files": {},
        }
        return listed(files | {"manifest.json": json.dumps(manifest).encode()})


def noted(files: Files, signer: Signer, witnesses: Sequence[Signer]) -> Files:
    """The note over the log of heads as it stands in the bundle."""
    leaves = [head_leaf(head) for head in lines_in(files, "heads.ndjson")]
    signers = (signer, *witnesses)
    return files | {
        "checkpoints/all.note": note(f"{NAME}/heads", len(leaves), root_of(leaves), *signers)
    }


def listed(files: Files) -> Files:
    """The same files under a manifest whose digests fit."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in sorted(files.items())
        if name != "manifest.json"
    }
    return files | {"manifest.json": json.dumps(manifest).encode()}


def assessed() -> list[regions.Region]:
    return list(regions.of_province(rulebook.regions(), PROVINCE))


def _regions() -> dict[str, Any]:
    return {
        each.code: {
            "name": each.name,
            "kind": each.kind,
            "province": each.province,
            "subject": each.subject,
        }
        for each in (*assessed(), rulebook.regions().by_code[PROVINCE])
    }


# Later than any fact that tests make.
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class Before(Struct, frozen=True, kw_only=True):
    """What was known before a moment, of what had happened before another."""

    known: datetime = LATEST
    happened: datetime = LATEST

    def holds(self, said: Recorded | ScoreCalculated) -> bool:
        known = said.recorded_at if isinstance(said, Recorded) else said.known_at
        return known < self.known and said.happened_at < self.happened


LAST = Before()


def ranking_of(
    logs: Mapping[str, Sequence[Recorded]], stage: ranking.Stage, before: Before = LAST
) -> dict[str, Any]:
    codes = [each.code for each in assessed()]
    scores = {code: score_of(logs.get(code, ()), stage, before) for code in codes}
    known = {code: score for code, score in scores.items() if score is not None}
    places = ranking.rank(codes, known, stage)
    return {
        "province": PROVINCE,
        "year": YEAR,
        "stage": stage,
        "rows": [
            {
                "region": place.region,
                "rank": place.rank,
                "index": None if place.score is None else f"{place.score:f}",
            }
            for place in places
        ],
    }


def score_of(facts: Sequence[Recorded], stage: str, before: Before = LAST) -> Decimal | None:
    """What the read model picks: the last score that was computed, else the last that was told."""
    of_year = [fact for fact in facts if fact.event.year == YEAR]
    computed = _computed(of_year, stage, before)
    if computed is not None:
        return computed
    told = [
        (fact.happened_at, fact.seq, fact.event.score)
        for fact in filter(before.holds, of_year)
        if (stage == "final" and isinstance(fact.event, ResultPublished))
        or (isinstance(fact.event, ScoreReported) and fact.event.stage == stage)
    ]
    return max(told)[2] if told else None


def _computed(facts: Sequence[Recorded], stage: str, before: Before) -> Decimal | None:
    bearing = [fact for fact in facts if timeline.bears_on_score(fact.event)]
    entered = [fact.event for fact in facts if isinstance(fact.event, SeasonEntered)]
    if not entered:
        return None
    entry = Entry(YEAR, rulebook.rule_sets()[entered[0].rule_set], entered[0].rule_digest)
    points: list[ScoreCalculated] = []
    done: list[Recorded] = []
    for piece in timeline.pieces(bearing):
        done.extend(piece)
        outcome = timeline.advance(entry, piece)
        if outcome is None:
            timeline.apply_silently(entry, piece)
            points += timeline.restate(entry, done, piece)
            entry.told_now()
        else:
            points += outcome.said
    own = [
        (point.happened_at, place, point.index)
        for place, point in enumerate(points)
        if point.stage == stage and before.holds(point)
    ]
    return max(own)[2] if own else None


def opening() -> list[Told]:
    digest = rulebook.rule_digests()["2026.1"]
    event = SeasonOpened(year=YEAR, rule_set="2026.1", rule_digest=digest, letter="400.10/1")
    return [Told(event=event, second=-3600)]


def entry() -> Told:
    digest = rulebook.rule_digests()["2026.1"]
    event = SeasonEntered(
        year=YEAR, rule_set="2026.1", rule_digest=digest, opened_by=MINISTRY, opened_seq=1
    )
    return Told(event=event, second=-60)


SILENT = "63.07"
STATED = "63.08"


def season(number: int) -> list[Told]:
    """A season that differs from its neighbours': so many innovations, the first row so high."""
    claim = IndicatorClaimed(year=YEAR, indicator=histories.REGION_CODES[0], level=number % 4)
    events = [claim, *histories.grown(number)]
    return [Told(event=event, second=second) for second, event in enumerate(events)]


def province() -> dict[str, list[Told]]:
    """Thirteen regions: one silent, one known by a stated score alone, some level, some decreed."""
    story = {MINISTRY: opening()}
    for number, region in enumerate(assessed()):
        if region.code == SILENT:
            continue
        told = [] if region.code == STATED else season((number + 3) % 9)
        story[region.code] = [entry(), *told, *_stated(region.code, number)]
    return story


def _stated(code: str, number: int) -> list[Told]:
    digest = rulebook.rule_digests()["2026.1"]
    cited: dict[str, Any] = {"year": YEAR, "rule_set": "2026.1", "rule_digest": digest}
    cited["predikat"] = "Inovatif"
    score = Decimal("50.50") - number
    reported = ScoreReported(stage="mandiri", score=score, source="berita", **cited)
    told = [Told(event=reported, second=200)] if code == STATED or number % 2 else []
    if number < 4:
        older, newer = (
            ResultPublished(score=each, decree_number="1", **cited)
            for each in (Decimal("61.01"), Decimal("60.2"))
        )
        told += [Told(event=newer, second=300, happened=290)]
        told += [Told(event=older, second=301, happened=280)]
    return told


def zipped(files: Files) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def as_zip(files: Files, folder: Path) -> Path:
    path = folder / "bundel.zip"
    path.write_bytes(zipped(files))
    return path


def as_folder(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        path = folder / "bundel" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "bundel"
