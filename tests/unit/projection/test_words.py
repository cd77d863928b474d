"""Every word of the pages exists in both languages and asks for the same facts."""

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from services.projection import wording
from services.projection.wording import Words
from shared.kernel.errors import Corrupt

PROJECTION = Path(wording.__file__).parent
TABLE = tomllib.loads((PROJECTION / "words.toml").read_text(encoding="utf-8"))
WORDS = {
    f"{place}.{word}": spoken for place, words in TABLE.items() for word, spoken in words.items()
}


@pytest.mark.parametrize("name", WORDS)
def test_both_languages_ask_for_the_same_facts(name: str) -> None:
    asked = [
        {field for _, field, _, _ in Formatter().parse(WORDS[name][language]) if field}
        for language in wording.LANGUAGES
    ]
    assert asked[0] == asked[1]
    assert set(WORDS[name]) == set(wording.LANGUAGES)


def test_every_word_a_template_names_exists() -> None:
    for path in (PROJECTION / "templates").glob("*.html"):
        named = re.findall(r"""w\(\s*["']([a-z]+\.[a-z_]+)["']""", path.read_text("utf-8"))
        assert set(named) <= set(WORDS), path.name


def test_facts_are_filled_in_and_an_unknown_word_is_a_fault_of_ours() -> None:
    assert Words("id")("row.up", places=2) == "naik 2"
    assert Words("en")("row.up", places=2) == "up 2"
    with pytest.raises(Corrupt):
        Words("id")("row.nothing")
    with pytest.raises(Corrupt):
        Words("id")("row.up")
