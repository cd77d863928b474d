"""Any sequence of batches against a model of dictionaries that shares no code with the rule."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from shared.kernel.appending import Append, Receipt
from shared.kernel.errors import Failure, Missing, Outrun, Refused
from tests import examples
from tests.memory_log import MemoryLog

TENANTS = ("63.10", "63.11")
STRANGER = "99.99"
STREAMS = ("a", "b", "c")


class Wish(Struct, frozen=True):
    """An append still without versions: what it expects, as distance from the truth."""

    tenant: str
    key: str
    request: bytes
    expected: dict[str, int]
    streams: tuple[str, ...]


wishes = st.builds(
    Wish,
    tenant=st.sampled_from([*TENANTS, *TENANTS, *TENANTS, STRANGER]),
    key=st.sampled_from([f"key-{number}" for number in range(12)]),
    request=st.sampled_from([b"one", b"one", b"other"]),
    expected=st.dictionaries(st.sampled_from(STREAMS), st.sampled_from([0, 0, 0, 0, -1, 1])),
    streams=st.lists(st.sampled_from(STREAMS), max_size=4).map(tuple),
)
batches = st.lists(
    st.tuples(st.integers(-5, 5), st.lists(wishes, max_size=8)), min_size=1, max_size=6
)


class Model:
    """What should be: every tenant's facts as (stream, version, state), and every answer given."""

    def __init__(self) -> None:
        self.facts: dict[str, list[tuple[str, int, bytes]]] = {tenant: [] for tenant in TENANTS}
        self.answers: dict[tuple[str, str], tuple[bytes, Receipt]] = {}

    def version(self, tenant: str, stream: str) -> int:
        return sum(1 for kept, *_ in self.facts.get(tenant, []) if kept == stream)

    def judge(self, append: Append) -> str:
        """The word for what must be answered, by the rule as the document says it."""
        answered = self.answers.get((append.tenant, append.key))
        if answered is not None:
            return "repeated" if answered[0] == append.request else "reused"
        if append.tenant not in self.facts:
            return "unknown"
        moved = any(
            self.version(append.tenant, stream) != version
            for stream, version in append.expected.items()
        )
        return "outrun" if moved else "recorded"

    def record(self, append: Append, receipt: Receipt) -> None:
        for draft in append.drafts:
            version = self.version(append.tenant, draft.stream) + 1
            self.facts[append.tenant].append((draft.stream, version, draft.state))
        self.answers[append.tenant, append.key] = (append.request, receipt)


def word_for(outcome: Receipt | Failure) -> str:
    match outcome:
        case Refused():
            return "reused" if outcome.reason == "idempotency.key_reused" else outcome.reason
        case Missing():
            return "unknown"
        case Outrun():
            return "outrun"
        case Receipt():
            return "recorded"
    return "strange"


def asked_of(wish: Wish, model: Model) -> Append:
    """Versions are taken before the batch, so neighbours in one batch can outrun each other."""
    expected = {
        stream: model.version(wish.tenant, stream) + distance
        for stream, distance in wish.expected.items()
    }
    drafts = [
        examples.draft(examples.EVENTS[number], stream=stream)
        for number, stream in enumerate(wish.streams)
    ]
    return examples.append(
        wish.key, tenant=wish.tenant, request=wish.request, expected=expected, drafts=drafts
    )


def check_receipt(append: Append, receipt: Receipt, before: int, log: MemoryLog) -> None:
    recorded = log.events(append.tenant)[receipt.first - 1 : receipt.last]
    assert receipt.tenant == append.tenant
    assert receipt.first == before + 1
    assert receipt.last == before + len(append.drafts)
    assert [event.state for event in recorded] == [draft.state for draft in append.drafts]
    assert receipt.leaf_hashes == tuple(event.leaf_hash.hex() for event in recorded)
    assert all(event.recorded_at == receipt.recorded_at for event in recorded)


def check_log(log: MemoryLog, model: Model) -> None:
    for tenant in TENANTS:
        events = log.events(tenant)
        facts = [(event.stream, event.version, event.state) for event in events]
        assert facts == model.facts[tenant]
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert log.heads[tenant].seq == len(events)
        assert len({event.event_id for event in events}) == len(events)
        assert log.roots[tenant] == examples.root_of(events)
        moments = [event.recorded_at for event in events]
        assert moments == sorted(moments)
        assert all(event.tenant == tenant for event in events)


@given(batches)
def test_every_batch_does_what_the_model_says(
    drawn: Sequence[tuple[int, Sequence[Wish]]],
) -> None:
    log, model = MemoryLog(*TENANTS), Model()
    now: datetime = examples.MOMENT
    for seconds, asked in drawn:
        now += timedelta(seconds=seconds)  # a clock may also go back
        appends = [asked_of(wish, model) for wish in asked]
        outcomes = log.append(appends, now)
        assert len(outcomes) == len(appends)
        for append, outcome in zip(appends, outcomes, strict=True):
            judged = model.judge(append)
            if judged == "repeated":
                assert outcome == model.answers[append.tenant, append.key][1]
                continue
            assert word_for(outcome) == judged
            if isinstance(outcome, Receipt):
                before = len(model.facts[append.tenant])
                model.record(append, outcome)
                check_receipt(append, outcome, before, log)
                assert outcome.versions == {
                    stream: model.version(append.tenant, stream)
                    for stream in (*append.expected, *(draft.stream for draft in append.drafts))
                }
        check_log(log, model)


@given(st.lists(wishes, max_size=12), st.lists(st.integers(1, 5), min_size=12, max_size=12))
def test_how_appends_were_batched_changes_no_byte(
    asked: Sequence[Wish], sizes: Sequence[int]
) -> None:
    model = Model()
    appends = [asked_of(wish, model) for wish in asked]
    whole, split = MemoryLog(*TENANTS), MemoryLog(*TENANTS)
    together = whole.append(appends)
    apart: list[Receipt | Failure] = []
    for size in sizes:
        apart.extend(split.append(appends[len(apart) : len(apart) + size]))
    assert [word_for(outcome) for outcome in apart] == [word_for(outcome) for outcome in together]
    assert [each for each in apart if isinstance(each, Receipt)] == [
        each for each in together if isinstance(each, Receipt)
    ]
    for tenant in TENANTS:
        assert whole.events(tenant) == split.events(tenant)
    assert whole.heads == split.heads
    assert whole.roots == split.roots
