"""Whatever is asked in whatever order: no fact is lost, what is late does not count, what is
frozen does not change, and no verdict rests on a file that was not the one reviewed.
"""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.intake.core import clarification, indicator, innovation, season, verdict
from services.intake.core.late import REPORTS
from services.intake.orders import Seen
from shared.kernel import names, streams
from shared.kernel.errors import Failure
from shared.kernel.events.indicator import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.events.innovation import Profile
from shared.kernel.events.late import LateAdmitted, LateDismissed, LateReceived
from shared.kernel.events.season import Phase
from shared.kernel.events.verification import ClarificationAnswered
from shared.kernel.recorded import Event
from shared.kernel.scorecard import STAGES, Scorecard
from tests.desk import BEGIN, RULES, YEAR, Desk
from tests.effort import examples

FILES = [
    EvidenceReference(sha256=letter * 64, size_bytes=1, media_type="application/pdf")
    for letter in "abc"
]
SLOTS = [("", "SPD-01"), ("tapis", "SID-VIDEO"), ("tapis", "SID-REGULASI")]

SeenFiles = tuple[EvidenceReference, ...] | None

hours = st.sampled_from([0.5, 5, 24, 80])
some_files = st.lists(st.sampled_from(FILES), max_size=2, unique=True).map(tuple)
# Mostly what stands, now and then something else: None stands for what stands.
seen_files = st.one_of(st.none(), st.none(), some_files)
slots = st.sampled_from(SLOTS)
levels = st.sampled_from([0, 1, 2, 2, 3, 3])
verifiers = st.sampled_from(["satu", "dua"])
profiles = st.builds(
    Profile,
    name=st.sampled_from(["TAPIS", "TAPIS 2"]),
    tahapan=st.just("penerapan"),
    main_urusan=st.just(2),
)


class SeasonMachine(RuleBasedStateMachine):
    """Everybody does whatever they like; the desk decides."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.acknowledged: list[Event] = []
        self.frozen_scores: dict[str, Any] | None = None
        self.windows = Windows()
        # When what the region reported was received, for every report that counts, in log order.
        self.counted: list[tuple[Event, datetime]] = []
        self.in_time: list[datetime] = []
        profile = Profile(name="TAPIS", tahapan="penerapan", main_urusan=2)
        self.report(innovation.Register(year=YEAR, innovation="tapis", profile=profile))
        self.report(innovation.Submit(year=YEAR, innovation="tapis"))

    def ask(self, command: Any, **who: Any) -> bool:
        """Whether it was taken."""
        try:
            decision = self.desk.ask(command, **who)
        except Failure:
            return False
        self.acknowledged.extend(decision.events)
        return True

    def keep(self, command: Any) -> bool:
        """Whether the ministry's command was taken, and said something new."""
        try:
            return bool(self.desk.ask(command, tenant=names.MINISTRY).events)
        except Failure:
            return False

    @rule(hours=hours)
    def time_passes(self, hours: float) -> None:
        self.desk.passes(hours)

    @rule(
        what=st.sampled_from(["schedule", "extend", "close", "freeze", "freeze", "reopen"]),
        lasts=hours,
        measured=hours,
    )
    def the_ministry_speaks(self, what: str, lasts: float, measured: float) -> None:
        match what:
            case "schedule":
                self.schedule(lasts, measured)
            case "extend":
                self.extend(lasts)
            case "close":
                self.close()
            case "freeze":
                self.freeze()
            case _:
                self.reopen(lasts)

    def schedule(self, lasts: float, measured: float) -> None:
        ends = self.desk.now + timedelta(hours=lasts - 3)
        phases = (
            Phase(name="penjaringan", opens_at=BEGIN, closes_at=ends),
            Phase(name="pengukuran", opens_at=ends, closes_at=ends + timedelta(hours=measured)),
        )
        command = season.Schedule(year=YEAR, at=self.desk.now, phases=phases, letter="2")
        if self.keep(command):
            self.windows.until(ends)

    def extend(self, more: float) -> None:
        until = self.desk.now + timedelta(hours=more)
        command = season.Extend(year=YEAR, phase="penjaringan", closes_at=until, letter="3")
        if self.keep(command):
            self.windows.until(until)

    def close(self) -> None:
        if self.keep(season.Close(year=YEAR, at=self.desk.now)):
            self.windows.shut(self.desk.now)

    def freeze(self) -> None:
        command = season.Freeze(year=YEAR, at=self.desk.now, letter="4")
        if self.keep(command):
            self.windows.shut(self.desk.now)
            self.frozen_scores = self.frozen_scores or self.scores()

    def reopen(self, more: float) -> None:
        until = self.desk.now + timedelta(hours=more)
        command = season.Reopen(year=YEAR, at=self.desk.now, closes_at=until, letter="5")
        if self.keep(command):
            self.windows.again(self.desk.now, until)
            self.frozen_scores = None

    @rule()
    def late_items_are_looked_at(self) -> None:
        waiting = self.desk.letterbox().waiting
        before = len(self.desk.log)
        self.desk.admit(waiting)
        # Another process that had read the same letterbox comes second, and changes nothing.
        settled = len(self.desk.log)
        self.desk.admit(waiting)
        assert len(self.desk.log) == settled
        self.acknowledged.extend(self.desk.log[before:])
        moments = {item.item: item.received_at for item in waiting}
        received_at = self.desk.now
        for fact in self.desk.log[before:]:
            if isinstance(fact, LateAdmitted):
                received_at = moments[fact.item]
            elif isinstance(fact, REPORTS):
                self.counted.append((fact, received_at))
        left = self.desk.letterbox().waiting
        for item in waiting:
            covered = self.windows.cover(item.received_at) and self.frozen_scores is None
            assert (item in left) is not covered

    @rule(what=st.sampled_from(["register", "revise", "submit", "withdraw"]), profile=profiles)
    def the_region_reports(self, what: str, profile: Profile) -> None:
        match what:
            case "register":
                self.register(profile)
            case "revise":
                self.revise(profile)
            case "submit":
                self.submit()
            case _:
                self.withdraw()

    def register(self, profile: Profile) -> None:
        self.report(innovation.Register(year=YEAR, innovation="tapis", profile=profile))

    def revise(self, profile: Profile) -> None:
        self.report(innovation.Revise(year=YEAR, innovation="tapis", profile=profile))

    def submit(self) -> None:
        self.report(innovation.Submit(year=YEAR, innovation="tapis"))

    def withdraw(self) -> None:
        self.report(innovation.Withdraw(year=YEAR, innovation="tapis"))

    @rule(slot=slots, level=levels, evidence=some_files)
    def claim(
        self, slot: tuple[str, str], level: int, evidence: tuple[EvidenceReference, ...]
    ) -> None:
        self.report(
            indicator.Claim(
                year=YEAR, innovation=slot[0], indicator=slot[1], level=level, evidence=evidence
            )
        )

    @rule(slot=slots, level=levels, seen=seen_files, client=verifiers)
    def accept(
        self,
        slot: tuple[str, str],
        level: int,
        seen: SeenFiles,
        client: str,
    ) -> None:
        self.ask(
            verdict.Accept(
                year=YEAR,
                innovation=slot[0],
                indicator=slot[1],
                level=level,
                evidence=self.named(slot, seen),
                reason="tingkat_terlalu_tinggi",
                note="Dua unsur saja.",
            ),
            client=client,
        )

    @rule(slot=slots, seen=seen_files, client=verifiers)
    def send_back(self, slot: tuple[str, str], seen: SeenFiles, client: str) -> None:
        self.ask(
            verdict.Return(
                year=YEAR,
                innovation=slot[0],
                indicator=slot[1],
                reason="lainnya",
                evidence=self.named(slot, seen),
            ),
            client=client,
        )

    @rule(slot=slots, level=levels, seen=seen_files, client=verifiers)
    def review(
        self,
        slot: tuple[str, str],
        level: int,
        seen: SeenFiles,
        client: str,
    ) -> None:
        self.ask(
            verdict.Review(
                year=YEAR,
                innovation=slot[0],
                indicator=slot[1],
                level=level,
                evidence=self.named(slot, seen),
                reason="" if level else "lainnya",
            ),
            client=client,
        )

    @rule(slot=slots, level=levels, evidence=some_files)
    def ask_for_clarification(
        self, slot: tuple[str, str], level: int, evidence: tuple[EvidenceReference, ...]
    ) -> None:
        self.ask(
            clarification.Open(
                year=YEAR,
                innovation=slot[0],
                indicator=slot[1],
                at=self.desk.now,
                level=level,
                argument="Lihat lampiran.",
                evidence=evidence,
            )
        )

    @rule(slot=slots, level=levels)
    def answer_clarification(self, slot: tuple[str, str], level: int) -> None:
        self.ask(
            clarification.Answer(
                year=YEAR,
                innovation=slot[0],
                indicator=slot[1],
                granted=level > 0,
                level=level,
                note="Sudah dilihat.",
            ),
            client="satu",
        )

    @rule(client=verifiers, what=st.sampled_from(["reject", "reinstate"]))
    def it_is_rejected_or_not(self, client: str, what: str) -> None:
        if what == "reject":
            self.reject(client)
        else:
            self.reinstate(client)

    def reject(self, client: str) -> None:
        self.ask(innovation.Reject(year=YEAR, innovation="tapis", reason="lainnya"), client=client)

    def reinstate(self, client: str) -> None:
        self.ask(innovation.Reinstate(year=YEAR, innovation="tapis"), client=client)

    def report(self, command: Any) -> None:
        """A report of the region: taken or not, it never counts after the deadline."""
        before, answers = self.scores(), self.answers(command)
        taken = len(self.desk.log)
        if not self.ask(command):
            return
        facts = self.desk.log[taken:]
        timely = self.windows.cover(self.desk.now) and self.frozen_scores is None
        self.counted.extend((fact, self.desk.now) for fact in facts if isinstance(fact, REPORTS))
        if timely:
            self.in_time.append(self.desk.now)
            assert not any(isinstance(fact, LateReceived) for fact in facts)
        elif not answers or self.frozen_scores is not None:
            assert self.scores() == before
            assert not any(isinstance(fact, REPORTS) for fact in facts)

    def answers(self, command: Any) -> bool:
        """Whether the command takes up what a verifier gave back."""
        if isinstance(command, indicator.Claim):
            return self.slot(command.innovation, command.indicator).status == "returned"
        told = [seen.event for seen in self.desk.streams["63.10", names.innovation(YEAR, "tapis")]]
        held = innovation.EMPTY
        for event in told:
            held = innovation.evolve(held, event)
        return held.refused is not None

    def named(self, slot: tuple[str, str], seen: SeenFiles) -> tuple[str, ...]:
        """The fingerprints of what was seen."""
        files = self.slot(*slot).evidence if seen is None else seen
        return tuple(file.sha256 for file in files)

    def slot(self, subject: str, code: str) -> indicator.Slot:
        held = indicator.EMPTY
        for seen in self.desk.streams["63.10", names.claim(YEAR, subject or names.REGION, code)]:
            held = indicator.evolve(held, seen.event)
        return held

    def scores(self) -> dict[str, Any]:
        """What scoring makes of the region's log, by every stage."""
        card = Scorecard(RULES)
        for event in self.desk.log:
            card.apply(event)
        return {stage: card.score(stage) for stage in STAGES}

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        assert self.desk.log == self.acknowledged

    @invariant()
    def a_frozen_season_keeps_its_scores(self) -> None:
        if self.frozen_scores is not None:
            assert self.scores() == self.frozen_scores

    @invariant()
    def every_verdict_saw_the_files_that_stood(self) -> None:
        standing: dict[tuple[str, str], set[str]] = {}
        for event in self.desk.log:
            if isinstance(event, IndicatorClaimed):
                files = {file.sha256 for file in event.evidence}
                standing[event.innovation, event.indicator] = files
            if isinstance(event, IndicatorAccepted | IndicatorReturned | IndicatorReviewed):
                assert set(event.evidence) == standing[event.innovation, event.indicator]

    @invariant()
    def every_late_item_waits_or_is_settled_once(self) -> None:
        received = [event.item for event in self.desk.log if isinstance(event, LateReceived)]
        settled = [
            event.item for event in self.desk.log if isinstance(event, LateAdmitted | LateDismissed)
        ]
        assert received == list(range(1, len(received) + 1))
        assert len(set(settled)) == len(settled)
        waiting = [item.item for item in self.desk.letterbox().waiting]
        assert sorted([*settled, *waiting]) == received

    @invariant()
    def what_was_received_later_stands_later(self) -> None:
        last: dict[str, datetime] = {}
        for fact, received_at in self.counted:
            stream = streams.stream_of(fact)
            assert last.get(stream, BEGIN) <= received_at
            last[stream] = received_at

    @invariant()
    def what_was_in_time_stays_in_time(self) -> None:
        for received_at in self.in_time:
            assert self.windows.cover(received_at)

    @invariant()
    def a_second_look_is_another_verifiers_and_settles_the_verdict(self) -> None:
        for subject, code in SLOTS:
            first, settled = "", False
            name = names.claim(YEAR, subject or names.REGION, code)
            told = self.desk.streams["63.10", name]
            before: Seen | None = None
            for seen in told:
                after_review = before is not None and isinstance(before.event, IndicatorReviewed)
                before = seen
                if isinstance(seen.event, IndicatorClaimed):
                    settled = False
                elif isinstance(seen.event, IndicatorReviewed):
                    assert seen.client != first
                    settled = True
                else:
                    granted = self.follows_an_answer(seen.event)
                    assert not settled or after_review or granted
                    first = seen.client

    def follows_an_answer(self, event: Event) -> bool:
        """Whether the fact was recorded with a clarification that was granted."""
        place = next(at for at, one in enumerate(self.desk.log) if one is event)
        return isinstance(self.desk.log[place - 1], ClarificationAnswered)


class Windows:
    """The times in which reporting counts, told a second time and without the product's code."""

    def __init__(self) -> None:
        self.spans: list[list[Any]] = [[None, None]]

    def until(self, end: Any) -> None:
        self.spans[-1][1] = end

    def shut(self, moment: Any) -> None:
        end = self.spans[-1][1]
        self.spans[-1][1] = moment if end is None or end > moment else end

    def again(self, begin: Any, end: Any) -> None:
        self.spans.append([begin, end])

    def cover(self, moment: Any) -> bool:
        return any(
            (begin is None or begin <= moment) and (end is None or moment <= end)
            for begin, end in self.spans
        )


TestSeason = SeasonMachine.TestCase
TestSeason.settings = settings(max_examples=examples(400), stateful_step_count=50, deadline=None)
