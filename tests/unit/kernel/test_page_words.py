"""Every word of the pages exists in both languages and asks for the same facts."""

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from shared.io.pages import wording
from shared.io.pages.wording import Words
from shared.kernel.errors import Corrupt

ROOT = Path(__file__).parents[3]
SHARED = ROOT / "shared" / "io" / "pages"
# Each service's own words, and its templates.
SERVICES = {
    "projection": ROOT / "services" / "projection",
    "intake": ROOT / "services" / "intake" / "pages",
}
TEMPLATES = [
    (service, path)
    for service, folder in SERVICES.items()
    for home in (folder, SHARED)
    for path in sorted(home.rglob("*.html"))
]


def words(path: Path) -> dict[str, dict[str, str]]:
    table = tomllib.loads((path / "words.toml").read_text(encoding="utf-8"))
    return {
        f"{place}.{word}": spoken
        for place, words in table.items()
        for word, spoken in words.items()
    }


WORDS = {
    (str(path.relative_to(ROOT)), name): spoken
    for path in (SHARED, *SERVICES.values())
    for name, spoken in words(path).items()
}


@pytest.mark.parametrize("name", WORDS, ids=" ".join)
def test_both_languages_ask_for_the_same_facts(name: tuple[str, str]) -> None:
    asked = [
        {field for _, field, _, _ in Formatter().parse(WORDS[name][language]) if field}
        for language in wording.LANGUAGES
    ]
    assert asked[0] == asked[1]
    assert set(WORDS[name]) == set(wording.LANGUAGES)


@pytest.mark.parametrize(("service", "path"), TEMPLATES, ids=str)
def test_every_word_a_template_names_exists(service: str, path: Path) -> None:
    named = re.findall(r"""w\(\s*["']([a-z]+\.[a-z_]+)["']""", path.read_text("utf-8"))
    assert named or "w(" not in path.read_text("utf-8")
    assert set(named) <= set(words(SERVICES[service])) | set(words(SHARED))


def test_facts_are_filled_in_and_an_unknown_word_is_a_fault_of_ours() -> None:
    table = wording.table(SERVICES["projection"] / "words.toml")
    assert Words("id", table)("row.up", places=2) == "naik 2"
    assert Words("en", table)("row.up", places=2) == "up 2"
    with pytest.raises(Corrupt):
        Words("id", table)("row.nothing")
    with pytest.raises(Corrupt):
        Words("id", table)("row.up")
