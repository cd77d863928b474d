"""A bundle of the product's own making is found sound, and said to be so."""

from tests import bundles
from tests.unit.verifier.examining import examined


def test_a_sound_bundle_passes() -> None:
    files = bundles.Maker(bundles.province()).files()
    findings = examined(files, key=bundles.LOG, witnesses=[bundles.WITNESS])
    assert findings.problems == []
    assert findings.remarks == []
