"""The file store in a folder and elsewhere: the same parts, the same whole, the same ranges."""

import hashlib
from pathlib import Path

import pytest

from shared.io.files import Files
from shared.kernel.errors import Unavailable

TENANT, UPLOAD = "63.10", "a" * 32
CONTENT = bytes(range(256)) * 20_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PARTS = [CONTENT[:1_000_000], CONTENT[1_000_000:1_000_001], CONTENT[1_000_001:]]


@pytest.fixture(params=["folder", "object store"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return Files(tmp_path.as_uri() if request.param == "folder" else "memory:///")


async def _keep_parts(files: Files) -> list[str]:
    names = [f"{number:012d}-part" for number in range(len(PARTS))]
    for name, content in zip(names, PARTS, strict=True):
        await files.keep_part(TENANT, UPLOAD, name, content)
    return names


async def _read(files: Files, begin: int, end: int) -> bytes:
    return b"".join([piece async for piece in await files.read(TENANT, SHA256, begin, end)])


async def test_parts_become_one_file_that_is_kept_and_read_by_ranges(files: Files) -> None:
    names = await _keep_parts(files)
    async with files.gathered(TENANT, UPLOAD, names) as whole:
        assert (whole.sha256, whole.size_bytes) == (SHA256, len(CONTENT))
        assert whole.path.read_bytes() == CONTENT
        await files.keep_whole(TENANT, whole)
        scratch = whole.path.parent
    assert not scratch.exists()
    assert await _read(files, 0, len(CONTENT)) == CONTENT
    assert await _read(files, 999_990, 1_000_010) == CONTENT[999_990:1_000_010]


async def test_unfinished_uploads_are_listed_and_dropped(files: Files) -> None:
    assert await files.unfinished() == set()
    await _keep_parts(files)
    await files.keep(TENANT, SHA256, CONTENT)
    assert await files.unfinished() == {(TENANT, UPLOAD)}
    for _ in range(2):
        await files.drop(TENANT, UPLOAD)
        assert await files.unfinished() == set()
    assert await _read(files, 0, 10) == CONTENT[:10]


async def test_what_is_not_there_is_known_before_the_first_piece(files: Files) -> None:
    with pytest.raises(Unavailable, match=r"evidence\.store_unavailable"):
        await files.read(TENANT, SHA256, 0, 10)
    with pytest.raises(Unavailable, match=r"evidence\.store_unavailable"):
        async with files.gathered(TENANT, UPLOAD, ["0-missing"]):
            pass
