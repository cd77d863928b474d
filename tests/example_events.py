"""One example of every kind of event, each field with a value of its own.

A golden file shows each of them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from shared.kernel.events.access import (
    KeyIssued,
    KeyRevoked,
    PersonErased,
    PersonInvited,
    RoleGranted,
    RoleWithdrawn,
)
from shared.kernel.events.agency import (
    AgencyClosed,
    AgencyRegistered,
    AgencyRevised,
    CoachAssigned,
    InnovationsDecreed,
    StepAgreed,
    StepClosed,
)
from shared.kernel.events.branch import BranchDiscarded, BranchSaved
from shared.kernel.events.finding import FindingDismissed
from shared.kernel.events.indicator import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.events.innovation import (
    Attachment,
    InnovationRegistered,
    InnovationReinstated,
    InnovationRejected,
    InnovationReplicated,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
    TrialAssigned,
    TrialDecided,
    TrialReported,
)
from shared.kernel.events.late import LateAdmitted, LateDismissed, LateReceived
from shared.kernel.events.recovery import EpochRaised
from shared.kernel.events.result import ResultPublished, ScoreReported, TargetSet
from shared.kernel.events.scoring import ScoreCalculated
from shared.kernel.events.season import (
    Phase,
    SeasonClosed,
    SeasonEntered,
    SeasonExtended,
    SeasonFrozen,
    SeasonOpened,
    SeasonReopened,
    SeasonScheduled,
)
from shared.kernel.events.verification import (
    ClarificationAnswered,
    ClarificationOpened,
    Sampled,
    SampleDrawn,
    VerifierAssigned,
)
from shared.kernel.recorded import Event

YEAR = 2026
INNOVATION = "tapis"
MOMENT = datetime(2026, 1, 2, 0, 4, 5, 678901, tzinfo=UTC)
LATER = MOMENT + timedelta(days=30)
AGENCY = "dinas-perikanan"
DIGEST = sha256(b"a rule set").hexdigest()
FINGERPRINT = sha256(b"a file").hexdigest()

PROFILE = Profile(
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
    agency=AGENCY,
    initiator_office="Dinas Perikanan",
    klasifikasi="perangkat_daerah",
    tematik=("digitalisasi_layanan",),
    asta_cita=("2", "6"),
    pkpn="pangan",
    pkpn_programme="Ketahanan pangan desa",
    latitude=Decimal("-3.4545"),
    longitude=Decimal("115.9881"),
    attachments=(
        Attachment(
            kind="anggaran", sha256=FINGERPRINT, size_bytes=99, media_type="application/pdf"
        ),
    ),
    replicates="63.01/tapis",
)

EVIDENCE = EvidenceReference(
    sha256=FINGERPRINT,
    size_bytes=12_345,
    media_type="application/pdf",
    document_number="188.45/12/2025",
    document_date=date(2025, 2, 3),
    subject="Tim pelaksana TAPIS",
    signer_office="Kepala Dinas Perikanan",
)

SUBMITTED = InnovationSubmitted(
    year=YEAR,
    innovation=INNOVATION,
    statement="pakta-2026",
    signer_office="Kepala Bapperida",
    signature="TTE-778",
    files=(FINGERPRINT,),
    explained={"evidence.duplicate": "Perjanjian yang sama memuat dua inovasi."},
)

EVENTS: Sequence[Event] = (
    SeasonOpened(year=YEAR, rule_set="2026.1", rule_digest=DIGEST, letter="400.10/1/SJ"),
    SeasonScheduled(
        year=YEAR,
        phases=(Phase(name="penjaringan", opens_at=MOMENT, closes_at=LATER),),
        letter="400.10/3/SJ",
    ),
    SeasonExtended(year=YEAR, phase="penjaringan", closes_at=LATER, letter="400.10/4/SJ"),
    SeasonClosed(year=YEAR, letter="400.10/2/SJ", at=MOMENT),
    SeasonFrozen(year=YEAR, at=MOMENT, letter="400.10/5/SJ"),
    SeasonReopened(year=YEAR, opens_at=MOMENT, closes_at=LATER, letter="400.10/6/SJ"),
    SeasonEntered(year=YEAR, rule_set="2026.1", rule_digest=DIGEST, opened_by="63", opened_seq=4),
    InnovationRegistered(year=YEAR, innovation=INNOVATION, profile=PROFILE, carried_from=2025),
    InnovationRevised(year=YEAR, innovation=INNOVATION, profile=PROFILE),
    SUBMITTED,
    InnovationWithdrawn(year=YEAR, innovation=INNOVATION, reason="Dilaporkan ganda."),
    InnovationRejected(
        year=YEAR, innovation=INNOVATION, reason="bukan_pembaruan", note="Sudah ada sejak 2010."
    ),
    InnovationReinstated(year=YEAR, innovation=INNOVATION, note="Ternyata baru."),
    TrialAssigned(
        year=YEAR,
        innovation=INNOVATION,
        agency=AGENCY,
        begins_on=date(2025, 3, 1),
        ends_on=date(2025, 5, 31),
        instrument="SK Bupati 188.45/7/2025",
    ),
    TrialReported(
        year=YEAR,
        innovation=INNOVATION,
        reported_on=date(2025, 6, 2),
        finding="Waktu layanan turun dari 6 hari menjadi 1 hari.",
        files=(FINGERPRINT,),
    ),
    TrialDecided(
        year=YEAR,
        innovation=INNOVATION,
        decision="diterapkan",
        decided_on=date(2025, 6, 9),
        instrument="SK Bupati 188.45/9/2025",
        note="Mulai Juli.",
    ),
    InnovationReplicated(
        year=YEAR,
        innovation=INNOVATION,
        by="63.01",
        replicated_on=date(2025, 9, 1),
        document_number="134/PKS/2025",
    ),
    IndicatorClaimed(
        year=YEAR,
        indicator="regulasi",
        level=2,
        innovation=INNOVATION,
        evidence=(EVIDENCE,),
        figure=Decimal("4.37"),
    ),
    IndicatorAccepted(
        year=YEAR,
        indicator="regulasi",
        level=2,
        innovation=INNOVATION,
        evidence=(FINGERPRINT,),
        note="Sesuai.",
    ),
    IndicatorReturned(
        year=YEAR,
        indicator="regulasi",
        reason="illegible",
        innovation=INNOVATION,
        evidence=(FINGERPRINT,),
        note="Halaman 3 tidak terbaca.",
    ),
    IndicatorReviewed(
        year=YEAR,
        indicator="regulasi",
        level=1,
        innovation=INNOVATION,
        evidence=(FINGERPRINT,),
        reason="tingkat_terlalu_tinggi",
        note="Surat edaran, bukan peraturan.",
    ),
    VerifierAssigned(year=YEAR, verifier="verifikator-1", innovation=INNOVATION),
    SampleDrawn(
        year=YEAR,
        seed="berita-acara-7",
        percent=10,
        drawn=(Sampled(indicator="regulasi", innovation=INNOVATION),),
    ),
    ClarificationOpened(
        year=YEAR,
        indicator="regulasi",
        level=2,
        argument="Peraturannya terlampir.",
        answer_by=LATER,
        innovation=INNOVATION,
        evidence=(EVIDENCE,),
        claimed_level=3,
        claimed_evidence=(EVIDENCE.sha256,),
    ),
    ClarificationAnswered(
        year=YEAR,
        indicator="regulasi",
        granted=True,
        level=2,
        note="Diterima.",
        innovation=INNOVATION,
    ),
    LateReceived(year=YEAR, item=1, received_at=LATER, deadline=MOMENT, facts=(SUBMITTED,)),
    LateAdmitted(year=YEAR, item=1, keeper="00", letter="400.10/4/SJ"),
    LateDismissed(year=YEAR, item=1, reason="innovation.withdrawn"),
    ResultPublished(
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
    ScoreReported(
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
    TargetSet(year=YEAR, target=Decimal("60.00"), instrument="Perda 3/2025 (RPJMD)"),
    FindingDismissed(
        year=YEAR,
        finding="0a1b2c3d4e5f6071",
        kind="night",
        reason="Rapat maraton sampai dini hari, ada notulennya.",
        upto=12,
    ),
    EpochRaised(
        epoch=2,
        last_seq=900,
        reason="Dipulihkan dari cadangan pukul 02.00.",
        letter="BA 4/2026",
    ),
    AgencyRegistered(
        year=YEAR, agency=AGENCY, name="Dinas Perikanan", kind="dinas", parent="setda"
    ),
    AgencyRevised(year=YEAR, agency=AGENCY, name="Dinas Kelautan", kind="dinas", parent="setda"),
    AgencyClosed(year=YEAR, agency=AGENCY, reason="Digabung."),
    InnovationsDecreed(
        year=YEAR,
        number="188.45/12/2026",
        dated=date(2026, 2, 3),
        innovations=(INNOVATION,),
        sha256=FINGERPRINT,
    ),
    CoachAssigned(year=YEAR, agency=AGENCY, coach="pendamping-1"),
    StepAgreed(
        year=YEAR,
        agency=AGENCY,
        step="langkah-1",
        indicator="SID-VIDEO",
        level=3,
        due=date(2026, 7, 1),
        innovation=INNOVATION,
        gain=Decimal("0.27"),
        note="Lima unsur.",
    ),
    StepClosed(
        year=YEAR, agency=AGENCY, step="langkah-1", outcome="selesai", note="Video terunggah."
    ),
    BranchSaved(
        year=YEAR,
        branch="rencana-a",
        name="Lima video",
        cut_seq=99,
        hypotheses=(
            IndicatorClaimed(year=YEAR, indicator="SID-VIDEO", level=3, innovation=INNOVATION),
        ),
    ),
    BranchDiscarded(year=YEAR, branch="rencana-a"),
    KeyIssued(
        key="0123456789abcdef",
        client="portal-tanah-bumbu",
        role="operator",
        reads_only=True,
        expires_at=MOMENT,
        agency="dinas-kesehatan",
    ),
    KeyRevoked(key="0123456789abcdef", reason="Program diganti."),
    RoleGranted(
        grant="g-0123456789abcdef",
        person="p-0123456789abcdef",
        role="operator",
        agency="dinas-kesehatan",
    ),
    RoleWithdrawn(grant="g-0123456789abcdef", person="p-0123456789abcdef", reason="Pindah tugas."),
    PersonErased(person="p-0123456789abcdef", reason="Atas permintaan sendiri."),
    PersonInvited(person="p-0123456789abcdef"),
    ScoreCalculated(
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
