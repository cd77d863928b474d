"""Making certificates: cut, ranked as bundles of the same cut are, and signed."""

from hashlib import sha256

from msgspec import Struct

from services.projection.bundles.cutting import Cutting
from services.projection.certificates import certificate
from services.projection.certificates.certificate import Certificate
from services.projection.core.replay import Instant
from services.projection.read import Reader
from shared.io.signing import Signer
from shared.kernel import notes
from shared.kernel.errors import Missing
from shared.kernel.notes import Note


class Certified(Struct, frozen=True, kw_only=True):
    """A certificate as it is handed out: `written` is the signed note, `key` who signed."""

    certificate: Certificate
    written: bytes
    key: str

    @property
    def sha256(self) -> str:
        """Of the signed file: what the annex names."""
        return sha256(self.written).hexdigest()


class Certifying:
    """Signs under a name of its own beneath the log's: `NAME/certificate`."""

    def __init__(self, cutting: Cutting, reader: Reader, seed: str) -> None:
        self._cutting = cutting
        self._reader = reader
        self._seed = seed
        # A seed that cannot sign is told when the service starts.
        Signer("certificate", seed, setting="CERTIFICATE_KEY")

    async def certified(self, province: str, year: int, given: str, size: int | None) -> Certified:
        """The certificate of a season's stage at a signed head; by default the newest."""
        codes = [region.code for region in self._reader.assessed(province)]
        await self._reader.season(province, year)
        stage = await self._reader.stage(given, province, year, "known", None)
        cut = await self._cutting.cut(codes, size)
        served = await self._cutting.served(codes, cut, Instant(known_until=cut.known_until))
        told = served.get((year, stage), {})
        if not told:
            raise Missing("certificate.nothing_told", year=year, stage=stage)
        log = cut.head.origin.rpartition("/")[0]
        made = Certificate(
            log=log,
            province=province,
            year=year,
            stage=stage,
            size=cut.head.size,
            root=bytes.fromhex(cut.head.root),
            known_until=cut.known_until,
            standing=certificate.standing(told, stage),
            rules=sorted({(each.rule_set, each.rule_digest) for each in told.values()}),
            decrees=sorted({each.decree for each in told.values() if each.decree}),
            rows=certificate.rows(codes, told, stage, {code: cut.size(code) for code in codes}),
        )
        signer = self._signer(log)
        note = Note(text=made.text, signatures=(notes.signed(made.text, signer),))
        return Certified(certificate=made, written=note.written, key=signer.key.text)

    def key(self, origin: str) -> str:
        """Who signs certificates of the log that signs heads of this origin, as a verifier key."""
        return self._signer(origin.rpartition("/")[0]).key.text

    def _signer(self, log: str) -> Signer:
        return Signer(f"{log}/certificate", self._seed, setting="CERTIFICATE_KEY")
