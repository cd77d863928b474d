"""House rules that a linter does not know; each names what to do instead."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.io import problems

ROOT = Path(__file__).parent.parent.parent
FILE_LINES_MAX = 300
TEST_FILE_LINES_MAX = 480
# One file, so that an auditor can carry it and read it.
CARRIED = "deploy/verifier/periksa.py"
CARRIED_LINES_MAX = 3000
FUNCTION_LINES_MAX = 50
LINE_CHARACTERS_MAX = 100

# The only files that may import a library: its door. A prefix ends in a slash.
DOORS = {
    "argon2": ("shared/io/passwords.py",),
    "zxcvbn": ("shared/io/passwords.py",),
    "cryptography": ("shared/io/sealing.py", "shared/io/signing.py"),
    "authlib": ("shared/io/oidc.py",),
    "joserfc": ("shared/io/tokens.py", "shared/io/signing_keys.py", "shared/io/sign_in_state.py"),
    "eventsourcing": ("shared/io/recorder.py",),
    "nats": ("shared/io/bus.py",),
    "nkeys": ("deploy/local/credentials.py",),
    "obstore": ("shared/io/files.py",),
    "PIL": ("shared/io/opening/picture.py",),
    "pypdf": ("shared/io/opening/pdf.py",),
    "segno": ("shared/io/qr.py",),
    "typst": ("shared/io/typeset.py",),
    "python_calamine": ("shared/io/opening/workbook.py", "shared/io/sheets_in.py"),
    "xlsxwriter": ("shared/io/sheets_out.py",),
    "psycopg": ("shared/io/postgres.py", "shared/io/recorder.py", "deploy/"),
    "psycopg_pool": ("shared/io/postgres.py",),
    "structlog": ("shared/io/log.py",),
    "uvicorn": ("shared/io/http.py", "shared/io/request_head.py"),
    "uvloop": ("shared/io/http.py",),
    "httpx": ("shared/io/outgoing.py", "shared/io/provider_http.py", "deploy/"),
    "swagger_ui": ("shared/io/documented.py",),
    "jinja2": ("shared/io/pages/",),
    "litestar": (
        "shared/io/http.py",
        "shared/io/allowing.py",
        "shared/io/bodiless.py",
        "shared/io/documented.py",
        "shared/io/gate.py",
        "shared/io/refusals.py",
        "shared/io/sessions.py",
        "shared/io/conditional.py",
        "shared/io/packing.py",
        "shared/io/paging.py",
        "shared/io/slow.py",
        "shared/io/bearers.py",
        "shared/io/retiring.py",
        "shared/io/pages/",
        "services/intake/__main__.py",
        "services/intake/door.py",
        "services/intake/surface.py",
        "services/intake/web/",
        "services/intake/pages/",
        "services/projection/",
        "deploy/witness/",
    ),
    "os": ("shared/io/config.py", "shared/io/files.py", "deploy/"),
    "time": ("shared/io/clock.py", "deploy/"),
    "random": ("deploy/",),
    "secrets": ("shared/io/clock.py", "deploy/"),
}
CLOCK_CALLS = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|uuid4)\(")
CLOCK_FILES = ("shared/io/clock.py", "shared/io/recorder.py", "deploy/")
BANNED_NAMES = {"utils", "helpers", "common", "base", "types", "models", "manager", "misc"}
PURE = (
    "shared/kernel/",
    "services/intake/core/",
    "services/scoring/core/",
    "services/projection/core/",
)
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "deploy",
    "pyproject.toml",
    "services",
    "shared",
    "tests",
}


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


FILES = _tracked()
SOURCES = [name for name in FILES if name.endswith(".py")]
PRODUCT = [name for name in SOURCES if not name.startswith("tests/")]


def _tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_there_are_sources_to_look_at() -> None:
    assert len(PRODUCT) > 40


def test_the_top_level_is_as_agreed() -> None:
    assert {name.split("/")[0] for name in FILES} <= TOP_LEVEL


@pytest.mark.parametrize("name", SOURCES)
def test_every_file_opens_with_a_sentence(name: str) -> None:
    told = ast.get_docstring(_tree(name))
    assert told, f"say at the top of {name} what it is for"


@pytest.mark.parametrize("name", [name for name in PRODUCT if name.endswith("__init__.py")])
def test_a_door_plate_is_only_its_sentence(name: str) -> None:
    assert len(_tree(name).body) == 1, f"move the code out of {name}"


@pytest.mark.parametrize("name", SOURCES)
def test_files_and_functions_stay_short(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
    allowed = TEST_FILE_LINES_MAX if name.startswith("tests/") else FILE_LINES_MAX
    allowed = CARRIED_LINES_MAX if name == CARRIED else allowed
    assert lines <= allowed, f"{name} has {lines} lines: there are two nouns in it"
    if name.startswith("tests/"):
        return
    for node in ast.walk(_tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            own = node.end_lineno - node.lineno + 1
            nested = any(
                isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
                for child in ast.walk(node)
                if child is not node
            )
            assert nested or own <= FUNCTION_LINES_MAX, f"{name}:{node.name} has {own} lines"


@pytest.mark.parametrize("name", PRODUCT)
def test_a_library_is_imported_in_its_own_door(name: str) -> None:
    for module in _imports(_tree(name)):
        doors = DOORS.get(module.split(".")[0])
        assert doors is None or name.startswith(doors), f"{name} imports {module}: use its door"


@pytest.mark.parametrize("name", PRODUCT)
def test_only_the_clock_tells_time_and_chance(name: str) -> None:
    found = CLOCK_CALLS.search((ROOT / name).read_text(encoding="utf-8"))
    assert found is None or name.startswith(CLOCK_FILES), f"{name}: ask shared.io.clock"


@pytest.mark.parametrize("name", [name for name in PRODUCT if name.startswith(PURE)])
def test_the_pure_rooms_never_wait(name: str) -> None:
    for node in ast.walk(_tree(name)):
        waits = isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith)
        assert not waits, f"{name} waits: move it to the shell"
        is_open = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("open", "print")
        assert not is_open, f"{name} opens or prints: move it to the shell"


@pytest.mark.parametrize("name", PRODUCT)
def test_names_say_something(name: str) -> None:
    parts = set(re.split(r"[/_.]", name))
    assert not parts & BANNED_NAMES, f"{name}: name it for what it holds"


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".sql")])
def test_sql_lines_are_readable(name: str) -> None:
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        assert len(line) <= LINE_CHARACTERS_MAX, f"{name}: {line}"


def test_nothing_names_a_package_index_or_a_path_of_one_machine() -> None:
    pattern = re.compile(r"https?://[^/\s]*(pypi|pythonhosted|simple|npmjs)|/root/|/home/[a-z]")
    for name in FILES:
        if name == "tests/tidy/test_tidy.py":
            continue
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        found = pattern.search(text)
        assert found is None, f"{name}: {found}"


def test_every_reason_to_refuse_has_its_sentences_and_no_sentence_is_orphaned() -> None:
    raised, told_to_operators = set(), set()
    for name in PRODUCT:
        if name.startswith("deploy/") and not name.startswith("deploy/witness/"):
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        raised |= set(RAISED.findall(text))
        told_to_operators |= set(CORRUPT.findall(text))
        raised |= set(re.findall(r"return \"((?:body|parameter)\.[a-z_]+)\"", text))
        raised |= set(re.findall(r"\"(evidence\.[a-z_]+)\" if", text))
        raised |= set(re.findall(r"else \"(evidence\.[a-z_]+)\"", text))
    spoken = problems.known_reasons()
    inner = {reason for reason in raised if reason.startswith(INNER)}
    assert raised - inner - spoken == set(), "give these a sentence in sentences.toml"
    orphaned = spoken - raised - told_to_operators - {"internal.failed"}
    assert orphaned == set(), "nothing raises these"


RAISED = re.compile(r"(?:Refused|Missing|Outrun|Unavailable)\(\s*\"([a-z_.]+)\"")
# Corrupt data is told to callers in one sentence; a reason may have its own for who starts us.
CORRUPT = re.compile(r"Corrupt\(\s*\"([a-z_.]+)\"")
# Failures that never reach a caller: loops and operators read them in the log.
# `token.…` is told to callers as `token.refused` (`problems.problem_of`).
INNER = (
    "token.",
    "bus.",
    "relay.",
    "checkpoint.",
    "witness.",
    "regions.",
    "rulebook.",
    "rules.row",
)
