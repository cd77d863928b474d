"""Draws a region's open season: the same traits, seed and days give the same facts exactly.

A season has a fixed number of appointments: the region's own rows, ten rounds of reporting, each
verified after the next round has come in, the region's rows verified, and one left for the end. On
the day of the last verdicts a few innovations are rejected or withdrawn.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from deploy.sample import calendar, evidence, profiles
from deploy.sample.calendar import Season
from deploy.sample.evidence import Document
from deploy.sample.plan import (
    BASIS,
    LOWERED_FOR,
    SEED,
    Acceptances,
    Claims,
    Plan,
    Registrations,
    Rejections,
    Returns,
    Step,
    Submissions,
    Withdrawals,
    level_of,
)
from deploy.sample.profiles import Innovation
from deploy.sample.traits import (
    BASIC_AFFAIRS,
    PROVINCE,
    REJECTED,
    RULES_OPEN,
    WITHDRAWN,
    Traits,
)
from services.intake.bodies.indicator import AcceptanceItemBody, ClaimItemBody, FileBody, ReturnBody
from services.intake.bodies.innovation import RegisterBody, RejectionBody, WithdrawalBody
from services.intake.bodies.submission import SubmissionBody
from services.intake.core.verdict import REASONS
from shared.io import rulebook
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import LEVEL_MAX, Row

ROUNDS = 10
APPOINTMENTS = 2 * ROUNDS + 3
REGION_VERIFIED_AFTER = 5  # this round

# Shares of 1; national figures where there are any, else invented.
MANDATORY_FILLED = 0.97
UNFINISHED_FILLED = 0.5  # of what the region usually fills, before an innovation is applied
SEEN = 0.97
RETURNED = 0.03
LOWERED = 0.12
SPREAD = 0.2

# Minutes of the day.
REGISTERING = 9 * 60
CLAIMING = 12 * 60
SUBMITTING = 15 * 60
VERIFYING = 9 * 60
RETURNING = 15 * 60
REJECTING = 16 * 60
WITHDRAWING = 16 * 60 + 30
MINUTES_EACH = 4

REASONS_DRAWN = tuple(reason for reason in REASONS if reason != "lainnya")


def season(traits: Traits, days: Season) -> Plan:
    """The whole season of a region; the province keeps one submission back for the very end."""
    return _Hand(traits, days).plan()


class _Hand:
    """The seeded hand that draws one region."""

    def __init__(self, traits: Traits, days: Season) -> None:
        # Days have a hand of their own: what is claimed does not depend on when.
        self.rng = Random(f"{SEED}/{traits.region}")  # noqa: S311 - a sample, not a secret
        self.day_rng = Random(f"{SEED}/{traits.region}/hari")  # noqa: S311 - as above
        self.traits = traits
        self.days = days
        self.files = evidence.documents(traits.region)
        self.rules = rulebook.rule_sets()[RULES_OPEN]
        self.claimed: dict[str, list[ClaimItemBody]] = {}
        self.taken = 0

    def plan(self) -> Plan:
        innovations = profiles.innovations(self.traits, self.rng)
        self.rng.shuffle(innovations)
        rounds = [innovations[start::ROUNDS] for start in range(ROUNDS)]
        kept = self._kept_back(rounds[-1])
        steps = [step for step in self._steps(rounds, kept) if step.items]
        return Plan(
            region=self.traits.region,
            documents=self._documents(innovations),
            steps=tuple(steps),
            last=self._submissions("akhir", [kept], self._day()) if kept else None,
        )

    def _documents(self, innovations: Sequence[Innovation]) -> tuple[Document, ...]:
        """Every file once: the region's, and those of its innovations."""
        own = [evidence.own(self.traits.region, each.name) for each in innovations]
        every = [*self.files.values(), *(file for files in own for file in files.values())]
        return tuple({file.sha256: file for file in every}.values())

    def _kept_back(self, last_round: Sequence[Innovation]) -> Innovation | None:
        if self.traits.region != PROVINCE:
            return None
        return next(each for each in last_round if each.submitted)

    def _steps(
        self, rounds: Sequence[Sequence[Innovation]], kept: Innovation | None
    ) -> Iterator[Step]:
        yield self._region_claims(self._day())
        sent: list[list[Innovation]] = []
        for number, innovations in enumerate(rounds):
            sent.append([each for each in innovations if each.submitted and each is not kept])
            yield from self._reported(number, innovations, sent[-1], self._day())
            if number:
                yield from self._verified(number - 1, sent[number - 1], self._day())
            if number == REGION_VERIFIED_AFTER:
                yield from self._region_verified(self._day())
        day = self._day()
        yield from self._verified(len(rounds) - 1, sent[-1], day)
        yield from self._struck([each for innovations in sent for each in innovations], day)

    def _day(self) -> date:
        """The day of the next appointment; regions meet on different days, always in order."""
        day = calendar.slot(self.days, self.taken, APPOINTMENTS)
        self.taken += 1
        gap = (self.days.days - 1) // APPOINTMENTS
        return day + timedelta(days=self.day_rng.randrange(gap))

    def _reported(
        self,
        number: int,
        innovations: Sequence[Innovation],
        sent: Sequence[Innovation],
        day: date,
    ) -> Iterator[Step]:
        moment = calendar.at(day, REGISTERING)
        yield Registrations(
            name=f"daftar-{number}",
            items=tuple(
                RegisterBody(
                    innovation=each.name, profile=each.profile, occurred_at=moment, basis=BASIS
                )
                for each in innovations
            ),
        )
        for place, each in enumerate(innovations):
            self.claimed[each.name] = self._claims(each, day, CLAIMING + place * MINUTES_EACH)
        yield Claims(
            name=f"klaim-{number}",
            items=tuple(claim for each in innovations for claim in self.claimed[each.name]),
        )
        yield self._submissions(f"kirim-{number}", sent, day)

    def _submissions(self, name: str, sent: Sequence[Innovation], day: date) -> Submissions:
        body = SubmissionBody(occurred_at=calendar.at(day, SUBMITTING), basis=BASIS)
        return Submissions(name=name, items=tuple((each.name, body) for each in sent))

    def _claims(self, innovation: Innovation, day: date, minutes: float) -> list[ClaimItemBody]:
        ripeness = self.traits.ripeness + self.rng.uniform(-SPREAD, SPREAD)
        applied = innovation.profile.tahapan == profiles.STAGES[0]
        filled = self.traits.filled * (1 if applied else UNFINISHED_FILLED)
        return [
            self._claim(row, ripeness, day, minutes, innovation.name)
            for row in ruleset.innovation_rows(self.rules)
            if self.rng.random() < (MANDATORY_FILLED if row.mandatory.value and applied else filled)
        ]

    def _region_claims(self, day: date) -> Claims:
        claims = [
            self._claim(row, self.traits.region_ripeness, day, CLAIMING)
            for row in ruleset.region_rows(self.rules)
            if row.mandatory.value or self.rng.random() < self.traits.filled
        ]
        self.claimed[""] = claims
        return Claims(name="klaim-daerah", items=tuple(claims))

    def _claim(
        self, row: Row, ripeness: float, day: date, minutes: float, innovation: str = ""
    ) -> ClaimItemBody:
        kind = evidence.kind_of(row.code)
        file = evidence.own(self.traits.region, innovation).get(kind, self.files[kind])
        signed = date(2025, 1, 6) + timedelta(days=self.rng.randrange(350))
        number = f"000.9/{self.rng.randint(1, 480):03d}/CONTOH/{signed.year}"
        return ClaimItemBody(
            innovation=innovation,
            indicator=row.code,
            level=1 + sum(self.rng.random() < ripeness for _ in range(LEVEL_MAX - 1)),
            evidence=(
                FileBody(
                    sha256=file.sha256,
                    document_number=number,
                    document_date=signed,
                    subject=kind,
                ),
            ),
            occurred_at=calendar.at(day, minutes),
            basis=BASIS,
        )

    def _region_verified(self, day: date) -> Iterator[Step]:
        yield from self._verdicts("daerah", [self.claimed[""]], day)

    def _verified(self, number: int, sent: Sequence[Innovation], day: date) -> Iterator[Step]:
        seen = [self.claimed[each.name] for each in sent if self.rng.random() < SEEN]
        yield from self._verdicts(str(number), seen, day)

    def _verdicts(
        self, name: str, seen: Sequence[Sequence[ClaimItemBody]], day: date
    ) -> Iterator[Step]:
        """Accepted one innovation after the other; what is returned goes back at the day's end."""
        accepted: list[AcceptanceItemBody] = []
        returned: list[tuple[str, str, ReturnBody]] = []
        for place, claims in enumerate(seen):
            for claim in claims:
                drawn = self.rng.random()
                if drawn < self.traits.accepted:
                    accepted.append(self._accepted(claim, day, VERIFYING + place * MINUTES_EACH))
                elif drawn < self.traits.accepted + RETURNED:
                    returned.append((claim.innovation, claim.indicator, self._returned(claim, day)))
        yield Acceptances(name=f"terima-{name}", items=tuple(accepted))
        yield Returns(name=f"kembali-{name}", items=tuple(returned))

    def _accepted(self, claim: ClaimItemBody, day: date, minutes: float) -> AcceptanceItemBody:
        level = level_of(claim)
        lowered = level > 1 and self.rng.random() < LOWERED
        return AcceptanceItemBody(
            innovation=claim.innovation,
            indicator=claim.indicator,
            level=level - lowered,
            evidence=tuple(file.sha256 for file in claim.evidence),
            reason=LOWERED_FOR if lowered else "",
            note="Bukti mendukung satu tingkat di bawahnya." if lowered else "",
            occurred_at=calendar.at(day, minutes),
            basis=BASIS,
        )

    def _returned(self, claim: ClaimItemBody, day: date) -> ReturnBody:
        return ReturnBody(
            reason=self.rng.choice(REASONS_DRAWN),
            evidence=tuple(file.sha256 for file in claim.evidence),
            note="Mohon lengkapi bukti dukung (data contoh).",
            occurred_at=calendar.at(day, RETURNING),
            basis=BASIS,
        )

    def _struck(self, sent: Sequence[Innovation], day: date) -> Iterator[Step]:
        """Of innovations that counted, and that no basic-service affair stands or falls with."""
        words_min = self.rules.words_min.value or 0
        name = next(
            each.name
            for each in sent
            if each.profile.main_urusan not in BASIC_AFFAIRS
            and len(each.profile.design.split()) >= words_min
        )
        region = self.traits.region
        if region in REJECTED:
            reason, note = REJECTED[region]
            at = calendar.at(day, REJECTING)
            rejection = RejectionBody(reason=reason, note=note, occurred_at=at, basis=BASIS)
            yield Rejections(name="tolak", items=((name, rejection),))
        if region in WITHDRAWN:
            at = calendar.at(day, WITHDRAWING)
            withdrawal = WithdrawalBody(reason=WITHDRAWN[region], occurred_at=at, basis=BASIS)
            yield Withdrawals(name="tarik", items=((name, withdrawal),))
