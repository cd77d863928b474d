"""How long the offline verifier takes: `python -m pytest tests/bench/verifying.py -s`.

A province's bundle with 33,000 facts is verified; printed beside it is the floor: reading the same
bytes, decoding their JSON and hashing them.
"""

import hashlib
import json
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from deploy.verifier import periksa
from deploy.verifier.periksa import Trust
from shared.kernel.events.indicator import IndicatorClaimed
from tests import bundles, histories
from tests.bundles import Maker, Told

BY_BUNDLE = Trust([], keys_given=False, witnesses=[], witnesses_given=False)
FACTS_EACH = 2550


def busy(number: int) -> Sequence[Told]:
    """A region with 2,600 facts."""
    codes = histories.INNOVATION_CODES
    claims = [
        IndicatorClaimed(
            year=2026,
            innovation=f"inovasi-{place % 12 + 1}",
            indicator=codes[place % 17],
            level=(place + number) % 4,
        )
        for place in range(FACTS_EACH)
    ]
    later = [Told(event=event, second=400 + place) for place, event in enumerate(claims)]
    return [bundles.entry(), *bundles.season(12), *later]


def test_a_provinces_bundle(tmp_path: Path) -> None:
    story = {each.code: busy(number) for number, each in enumerate(bundles.assessed())}
    path = bundles.as_zip(Maker({bundles.MINISTRY: bundles.opening(), **story}).files(), tmp_path)
    began = time.perf_counter()
    answer = periksa.answered(path, BY_BUNDLE, english=True)
    taken = time.perf_counter() - began
    assert answer.status == 0, answer.sentence
    began = time.perf_counter()
    facts = 0
    with zipfile.ZipFile(path) as bundle:
        for name in bundle.namelist():
            content = bundle.read(name)
            hashlib.sha256(content).digest()
            for line in content.splitlines() if name.endswith(".ndjson") else ():
                json.loads(line)
                hashlib.sha256(line).digest()
                facts += name.startswith("events/")
    floor = time.perf_counter() - began
    print(f"\n{facts} facts: floor {floor:.2f} s, verified in {taken:.2f} s, {taken / floor:.1f} x")
