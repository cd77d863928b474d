"""One good value of everything that tests start from; each is changed where a test needs it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from msgspec.structs import replace

from shared.kernel import appending, merkle, names, recorded
from shared.kernel.appending import Append, Draft, Head, Known
from shared.kernel.envelope import Range
from shared.kernel.events import intake, scoring
from shared.kernel.recorded import Event, Meta, Stored

TENANT = "63.10"
NEIGHBOUR = "63.11"
YEAR = 2026
INNOVATION = "tapis"
STREAM = names.innovation(YEAR, INNOVATION)
MOMENT = datetime(2026, 1, 2, 0, 4, 5, 678901, tzinfo=UTC)
DIGEST = sha256(b"a rule set").hexdigest()
FINGERPRINT = sha256(b"a file").hexdigest()

META = Meta(actor="key-1", role="region_admin")

PROFILE = intake.Profile(
    name="TAPIS: Tata Pangan Ikan & Sagu “Desa”",
    tahapan="penerapan",
    main_urusan=25,
    other_urusan=(3, 9),
    bentuk="pelayanan_publik",
    jenis="digital",
    inisiator="asn",
    perangkat_daerah="Dinas Perikanan",
    trial_date=date(2024, 3, 1),
    implementation_date=date(2024, 6, 1),
    development_date=date(2025, 1, 31),
    design="Rancang bangun\nlangkah demi langkah",
    purpose="Tujuan",
    benefit="Manfaat",
    outcome="Hasil 12,5 %",
)

EVIDENCE = intake.EvidenceReference(
    sha256=FINGERPRINT,
    size_bytes=12_345,
    media_type="application/pdf",
    document_number="188.45/12/2025",
    document_date=date(2025, 2, 3),
)

# Every field is given a value of its own, so that a golden file shows each of them.
EVENTS: Sequence[Event] = (
    intake.SeasonOpened(year=YEAR, rule_set="2026.1", rule_digest=DIGEST, letter="400.10/1/SJ"),
    intake.SeasonClosed(year=YEAR, letter="400.10/2/SJ"),
    intake.SeasonEntered(
        year=YEAR, rule_set="2026.1", rule_digest=DIGEST, opened_by="63", opened_seq=4
    ),
    intake.InnovationRegistered(year=YEAR, innovation=INNOVATION, profile=PROFILE),
    intake.InnovationRevised(year=YEAR, innovation=INNOVATION, profile=PROFILE),
    intake.InnovationSubmitted(year=YEAR, innovation=INNOVATION),
    intake.InnovationWithdrawn(year=YEAR, innovation=INNOVATION, reason="Dilaporkan ganda."),
    intake.InnovationRejected(
        year=YEAR, innovation=INNOVATION, reason="bukan_pembaruan", note="Sudah ada sejak 2010."
    ),
    intake.InnovationReinstated(year=YEAR, innovation=INNOVATION, note="Ternyata baru."),
    intake.IndicatorClaimed(
        year=YEAR,
        indicator="regulasi",
        level=2,
        innovation=INNOVATION,
        evidence=(EVIDENCE,),
        figure=Decimal("4.37"),
    ),
    intake.IndicatorAccepted(
        year=YEAR,
        indicator="regulasi",
        level=2,
        innovation=INNOVATION,
        evidence=(FINGERPRINT,),
        note="Sesuai.",
    ),
    intake.IndicatorReturned(
        year=YEAR,
        indicator="regulasi",
        reason="illegible",
        innovation=INNOVATION,
        evidence=(FINGERPRINT,),
        note="Halaman 3 tidak terbaca.",
    ),
    intake.ResultPublished(
        year=YEAR,
        score=Decimal("61.50"),
        predikat="Sangat Inovatif",
        rule_set="2026.1",
        rule_digest=DIGEST,
        decree_number="400.10.11-1 Tahun 2026",
        decree_date=date(2026, 12, 1),
        source="https://contoh.example/keputusan",
        sample=True,
        innovations=43,
        agencies=11,
        agencies_total=34,
    ),
    intake.ScoreReported(
        year=YEAR,
        stage="mandiri",
        score=Decimal("63.85"),
        predikat="Sangat Inovatif",
        rule_set="2026.1",
        rule_digest=DIGEST,
        source="https://contoh.example/berita",
        sample=True,
        innovations=29,
        agencies=21,
        agencies_total=34,
    ),
    intake.TargetSet(year=YEAR, target=Decimal("60.00"), instrument="Perda 3/2025 (RPJMD)"),
    intake.BranchSaved(
        year=YEAR,
        branch="rencana-a",
        name="Lima video",
        cut_seq=99,
        hypotheses=(
            intake.IndicatorClaimed(
                year=YEAR, indicator="SID-VIDEO", level=3, innovation=INNOVATION
            ),
        ),
    ),
    intake.BranchDiscarded(year=YEAR, branch="rencana-a"),
    scoring.ScoreCalculated(
        year=YEAR,
        stage="claimed",
        rule_set="2026.1",
        rule_digest=DIGEST,
        index=Decimal("61.50"),
        predikat="Sangat Inovatif",
        spd=Decimal("40.25"),
        mean=Decimal("71.125"),
        number=Decimal(10),
        innovations=12,
        divisor=12,
        affairs=4,
        complete=True,
        cut_seq=99,
        happened_at=MOMENT,
        known_at=MOMENT,
        rejected=1,
    ),
)


def identity(number: int) -> UUID:
    """A recognisable event id."""
    return UUID(int=number)


def draft(event: Event = EVENTS[5], stream: str = STREAM, meta: Meta = META) -> Draft:
    return Draft(
        stream=stream,
        topic=recorded.topic(event),
        state=recorded.encode(event),
        meta=recorded.encode(meta),
    )


def append(
    key: str = "command-1",
    *,
    tenant: str = TENANT,
    request: bytes | None = None,
    expected: Mapping[str, int] | None = None,
    drafts: Sequence[Draft] | None = None,
) -> Append:
    """One command that submits the innovation; the request's hash follows the key."""
    return Append(
        tenant=tenant,
        key=key,
        request=sha256(key.encode()).digest() if request is None else request,
        expected={} if expected is None else expected,
        drafts=(draft(),) if drafts is None else tuple(drafts),
    )


def head(tenant: str = TENANT) -> Head:
    """A tenant's head before its first event."""
    return Head(
        tenant=tenant, seq=0, epoch=1, frontier=b"", recorded_at=datetime.fromtimestamp(0, UTC)
    )


def known(*tenants: str) -> Known:
    """An empty log of some tenants."""
    return Known(
        heads={tenant: head(tenant) for tenant in tenants or (TENANT, NEIGHBOUR)},
        versions={},
        answered={},
        now=MOMENT,
    )


def stored(
    seq: int = 7,
    *,
    tenant: str = TENANT,
    version: int = 2,
    event: Event = EVENTS[5],
    stream: str = STREAM,
) -> Stored:
    return appending.stored(
        tenant=tenant,
        seq=seq,
        draft=draft(event, stream),
        version=version,
        identity=identity(seq),
        moment=MOMENT,
    )


def log_of(count: int, tenant: str = TENANT) -> list[Stored]:
    """The first events of a log, one stream, every kind of event in turn."""
    return [
        stored(seq, tenant=tenant, version=seq, event=EVENTS[seq % len(EVENTS)])
        for seq in range(1, count + 1)
    ]


def carried(first: int = 1, last: int = 3, tenant: str = TENANT) -> Range:
    return Range(log="intake", tenant=tenant, epoch=1, events=log_of(last, tenant)[first - 1 :])


def root_of(events: Sequence[Stored]) -> bytes:
    """The tree's root recomputed from rows, leaf by leaf."""
    return tree([merkle.leaf_hash(appending.leaf_of(event)) for event in events])


def tree(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1 word for word, over leaf hashes; shares nothing with the kernel."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + tree(hashes[:split]) + tree(hashes[split:])).digest()


def rehashed(event: Stored, **fields: object) -> Stored:
    """The event with other fields and the leaf hash that belongs to them."""
    changed = replace(event, **fields)
    return replace(changed, leaf_hash=merkle.leaf_hash(appending.leaf_of(changed)))
