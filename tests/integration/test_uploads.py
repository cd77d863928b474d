"""Large files that arrive in parts: whatever breaks off, what was answered for stays."""

import asyncio
import hashlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from deploy.local.nats import Server
from deploy.local.postgres import Cluster
from services.intake.evidence import uploads
from services.intake.evidence.documents import FILE_BYTES_MAX
from services.intake.evidence.uploads import PART_BYTES_MAX, UPLOAD_BYTES_MAX
from shared.io import problems
from shared.kernel.media import MP4, PDF
from tests import databases, papers
from tests.system import System, running

ADMIN = ("63.10", "region_admin")
UPLOADS = "/v1/regions/63.10/uploads"
EVIDENCE = "/v1/regions/63.10/evidence/"


@pytest.fixture(scope="module")
def system(
    postgres_cluster: Cluster,
    role_passwords: dict[str, str],
    template: str,
    nats_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("uploads")
    with (
        databases.fresh(postgres_cluster, role_passwords, template) as database,
        running(database, nats_server, folder, "intake") as system,
    ):
        asyncio.run(system.ready("intake"))
        yield system


@pytest.fixture(autouse=True)
def none_standing(system: System) -> Iterator[None]:
    """Every test begins without uploads of another."""
    yield
    system.query("delete from intake.upload")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def begin(system: System, content: bytes, media_type: str = PDF, **changed: Any) -> dict[str, Any]:
    body = {"sha256": sha(content), "size_bytes": len(content), "media_type": media_type, **changed}
    return system.must(ADMIN, "POST", UPLOADS, body)


def add(system: System, upload: str, offset: int, content: bytes) -> httpx.Response:
    headers = {"Upload-Offset": str(offset)}
    return system.send(ADMIN, "PATCH", f"{UPLOADS}/{upload}", content, headers)


def parts_on_disk(system: System, upload: str) -> list[Path]:
    folder = system.folder / "evidence" / "uploads" / "63.10" / upload
    return [path for path in folder.rglob("*") if path.is_file()]


def must_be_refused(told: httpx.Response, status: int, reason: str) -> None:
    assert (told.status_code, told.json()["title"]) == (status, reason), told.text
    facts = told.json().get("facts", {})
    assert told.json()["detail"] == problems.sentence(reason, "id", facts)


def test_a_film_of_many_megabytes_arrives_in_parts_and_is_evidence(system: System) -> None:
    film = papers.mp4(size_bytes=20 * 1024 * 1024)
    assert len(film) > FILE_BYTES_MAX
    told = begin(system, film, MP4, name="Video inovasi.mp4")
    assert (told["offset"], told["kept"]) == (0, False)
    for offset in range(0, len(film), told["part_bytes_max"]):
        part = film[offset : offset + told["part_bytes_max"]]
        answered = add(system, told["id"], offset, part)
        assert answered.status_code == 200, answered.text
        assert answered.json()["offset"] == offset + len(part)
        assert answered.headers["upload-offset"] == str(offset + len(part))
    assert answered.json()["kept"]
    read = system.send(ADMIN, "GET", EVIDENCE + sha(film))
    assert read.content == film
    assert 'filename="Video inovasi.mp4"' in read.headers["content-disposition"]
    assert parts_on_disk(system, told["id"]) == []
    assert begin(system, film, MP4)["kept"]


def test_a_part_sent_again_and_the_last_one_too_change_nothing(system: System) -> None:
    content = papers.pdf("dua", "bagian")
    upload = begin(system, content)["id"]
    for _ in range(2):
        assert add(system, upload, 0, content[:200]).json()["offset"] == 200
    for _ in range(3):
        told = add(system, upload, 200, content[200:])
        assert (told.status_code, told.json()["kept"]) == (200, True)
    rows = system.query("select count(*) from intake.evidence where sha256 = %s", sha(content))
    assert rows == [(1,)]


def test_a_part_that_begins_elsewhere_is_told_where_to_go_on(system: System) -> None:
    content = papers.pdf("salah", "tempat")
    upload = begin(system, content)["id"]
    add(system, upload, 0, content[:200])
    for offset, part in ((100, content[100:200]), (300, content[300:350]), (0, b"x" * 200)):
        told = add(system, upload, offset, part)
        must_be_refused(told, 409, "upload.other_offset")
        assert told.json()["facts"] == {"offset": "200"}
    path = f"{UPLOADS}/{upload}"
    assert system.must(ADMIN, "GET", path)["offset"] == 200
    headed = system.send(ADMIN, "HEAD", path)
    assert (headed.headers["upload-offset"], headed.content) == ("200", b"")


def test_the_same_file_begun_again_goes_on_where_it_was(system: System) -> None:
    content = papers.pdf("mulai", "lagi")
    first = begin(system, content)
    add(system, first["id"], 0, content[:150])
    again = begin(system, content)
    assert (again["id"], again["offset"]) == (first["id"], 150)


@pytest.mark.parametrize(
    ("content", "named", "media_type", "reason"),
    [
        (papers.pdf("isi", "lain"), sha(b"x"), PDF, "evidence.other_fingerprint"),
        (papers.pdf("terpotong")[:300], "", PDF, "evidence.truncated"),
        (papers.pdf("bukan", "film"), "", MP4, "evidence.other_content"),
        (papers.pdf_with(b"/OpenAction << /S /Launch >>"), "", PDF, "evidence.active_content"),
    ],
    ids=["another file", "a cut file", "another kind", "a file that acts"],
)
def test_a_bad_whole_is_refused_and_forgotten(
    system: System, content: bytes, named: str, media_type: str, reason: str
) -> None:
    told = begin(system, content, media_type, **({"sha256": named} if named else {}))
    add(system, told["id"], 0, content[:100])
    must_be_refused(add(system, told["id"], 100, content[100:]), 422, reason)
    must_be_refused(add(system, told["id"], 100, content[100:]), 404, "upload.unknown")
    assert parts_on_disk(system, told["id"]) == []
    fingerprints = [sha(content), named]
    rows = system.query("select 1 from intake.evidence where sha256 = any(%s)", fingerprints)
    kept = [path for one in fingerprints if one for path in (system.folder / "evidence").rglob(one)]
    assert (rows, kept) == ([], [])


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        ({"size_bytes": 0}, 422, "upload.size_out_of_range"),
        ({"size_bytes": -1}, 422, "upload.size_out_of_range"),
        ({"size_bytes": UPLOAD_BYTES_MAX + 1}, 422, "upload.size_out_of_range"),
        ({"media_type": "text/html"}, 415, "media.unsupported"),
        ({"sha256": "x"}, 400, "body.malformed"),
        ({"name": "film\u202egpj.exe.pdf"}, 422, "evidence.name_hides"),
        ({"name": "film.exe"}, 422, "evidence.name_ending"),
        ({"name": ""}, 422, "evidence.name_malformed"),
    ],
)
def test_what_could_never_be_kept_is_not_begun(
    system: System, changed: dict[str, Any], status: int, reason: str
) -> None:
    body = {"sha256": sha(b"y"), "size_bytes": 10, "media_type": PDF, **changed}
    told = system.send(ADMIN, "POST", UPLOADS, body)
    assert (told.status_code, told.json()["title"]) == (status, reason), told.text
    assert system.query("select count(*) from intake.upload") == [(0,)]


@pytest.mark.parametrize(
    ("offset", "size", "status", "reason"),
    [
        ("0", 0, 422, "upload.part_empty"),
        ("0", 51, 422, "upload.beyond_size"),
        ("51", 1, 422, "upload.beyond_size"),
        ("-1", 1, 400, "upload.offset_malformed"),
        ("\u0661".encode(), 1, 400, "upload.offset_malformed"),
        ("9" * 40, 1, 400, "upload.offset_malformed"),
        ("0", PART_BYTES_MAX + 1, 413, "body.too_large"),
    ],
)
def test_a_part_that_cannot_belong_is_refused_and_leaves_nothing(
    system: System, offset: Any, size: int, status: int, reason: str
) -> None:
    upload = begin(system, b"z" * 50)["id"]
    told = system.send(
        ADMIN, "PATCH", f"{UPLOADS}/{upload}", b"z" * size, {"Upload-Offset": offset}
    )
    assert (told.status_code, told.json()["title"]) == (status, reason), told.text
    assert system.must(ADMIN, "GET", f"{UPLOADS}/{upload}")["offset"] == 0
    assert parts_on_disk(system, upload) == []


def test_an_upload_is_given_up_with_its_parts(system: System) -> None:
    content = papers.pdf("batal")
    upload = begin(system, content)["id"]
    add(system, upload, 0, content[:100])
    assert parts_on_disk(system, upload)
    for _ in range(2):
        assert system.send(ADMIN, "DELETE", f"{UPLOADS}/{upload}").status_code == 204
    assert parts_on_disk(system, upload) == []
    must_be_refused(system.send(ADMIN, "GET", f"{UPLOADS}/{upload}"), 404, "upload.unknown")


@pytest.mark.parametrize("who", [("63.09", "region_admin"), ("63", "verifier")])
def test_an_upload_is_its_regions_alone(system: System, who: tuple[str, str]) -> None:
    content = papers.pdf("milik", who[0])
    upload = begin(system, content)["id"]
    for region in ("63.10", "63.09"):
        path = f"/v1/regions/{region}/uploads/{upload}"
        for method, body in (("GET", None), ("PATCH", content), ("DELETE", None)):
            told = system.send(who, method, path, body, {"Upload-Offset": "0"})
            own = region == who[0] and method == "DELETE"
            assert told.status_code in ((204,) if own else (403, 404)), (region, method)
    assert system.must(ADMIN, "GET", f"{UPLOADS}/{upload}")["offset"] == 0
    for odd in ("%00", "x", "a" * 32, "..%2F63.09"):
        assert system.send(ADMIN, "GET", f"{UPLOADS}/{odd}").status_code == 404


def test_a_region_has_so_many_uploads_and_bytes_at_once(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        begin(system, b"%d" % number, size_bytes=UPLOAD_BYTES_MAX)
    body = {"sha256": sha(b"more"), "size_bytes": 1, "media_type": PDF}
    must_be_refused(system.send(ADMIN, "POST", UPLOADS, body), 422, "upload.too_much")
    system.query("update intake.upload set size_bytes = 1")
    for number in range(8, uploads.OPEN_MAX):
        begin(system, b"%d" % number, size_bytes=1)
    must_be_refused(system.send(ADMIN, "POST", UPLOADS, body), 422, "upload.too_many")
    other = ("63.09", "region_admin")
    system.must(other, "POST", UPLOADS.replace("63.10", "63.09"), body)
    system.query("update intake.upload set expires_at = now() where sha256 = %s", sha(b"0"))
    system.must(ADMIN, "POST", UPLOADS, body)


def test_what_is_too_old_and_what_a_crash_left_is_swept_at_the_start(system: System) -> None:
    old, young, content = (papers.pdf(word) for word in ("lama", "muda", "isi"))
    expired, standing = begin(system, old)["id"], begin(system, young)["id"]
    for upload in (expired, standing):
        add(system, upload, 0, content[:50])
    orphan = "f" * 32
    folder = system.folder / "evidence" / "uploads" / "63.10" / orphan
    folder.mkdir(parents=True)
    (folder / ("0" * 12)).write_bytes(b"left over")
    system.query("update intake.upload set expires_at = now() where id = %s", expired)
    must_be_refused(system.send(ADMIN, "GET", f"{UPLOADS}/{expired}"), 404, "upload.unknown")
    system.kill("intake")
    system.start("intake")
    asyncio.run(system.ready("intake"))
    deadline = time.monotonic() + 10
    while parts_on_disk(system, expired) or parts_on_disk(system, orphan):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert system.query("select id from intake.upload") == [(standing,)]
    assert len(parts_on_disk(system, standing)) == 1


def test_parts_that_were_answered_for_survive_kill_9_and_the_film_is_completed(
    system: System,
) -> None:
    """The process is killed in the middle of a stream of small parts, three times."""
    film = papers.mp4(size_bytes=1_500_000)
    step, answered = 20_000, 0
    upload = begin(system, film, MP4)["id"]
    for round_ in range(3):
        killer = threading.Timer(0.15 + 0.1 * round_, lambda: system.kill("intake"))
        killer.start()
        try:
            while answered < len(film) - step * 5:
                told = add(system, upload, answered, film[answered : answered + step])
                assert told.status_code == 200, told.text
                answered = told.json()["offset"]
        except httpx.TransportError:
            pass
        killer.join()
        system.start("intake")
        asyncio.run(system.ready("intake"))
        standing = system.must(ADMIN, "GET", f"{UPLOADS}/{upload}")["offset"]
        assert answered <= standing <= answered + step
        # What was sent and not answered is sent again, whether it had arrived or not.
        told = add(system, upload, answered, film[answered : answered + step])
        assert told.status_code == 200, told.text
        answered = told.json()["offset"]
    while answered < len(film):
        told = add(system, upload, answered, film[answered : answered + step])
        answered = told.json()["offset"]
    assert told.json()["kept"]
    assert system.send(ADMIN, "GET", EVIDENCE + sha(film)).content == film


@pytest.mark.parametrize("moment", ["parts", "bytes", "row"])
def test_killed_while_finishing_it_is_finished_by_the_same_part_again(
    system: System, moment: str
) -> None:
    """As a crash leaves it: all parts noted; or the bytes kept; or the evidence's row too."""
    content = papers.pdf("selesai", moment)
    upload = begin(system, content)["id"]
    add(system, upload, 0, content[:100])
    last = {"begin_byte": 100, "size_bytes": len(content) - 100, "sha256": sha(content[100:])}
    folder = system.folder / "evidence" / "uploads" / "63.10" / upload
    (folder / f"{100:012d}-{last['sha256']}").write_bytes(content[100:])
    system.query("update intake.upload set received_bytes = size_bytes where id = %s", upload)
    system.query(
        "insert into intake.upload_part (tenant, upload, begin_byte, size_bytes, sha256)"
        " values ('63.10', %s, %s, %s, %s)",
        upload,
        *last.values(),
    )
    if moment != "parts":
        kept = system.folder / "evidence" / "63.10" / sha(content)[:2] / sha(content)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(content)
    if moment == "row":
        system.query(
            "insert into intake.evidence (tenant, sha256, size_bytes, media_type)"
            " values ('63.10', %s, %s, %s)",
            sha(content),
            len(content),
            PDF,
        )
    told = (
        add(system, upload, 100, content[100:])
        if moment == "row"
        else add(system, upload, len(content), b"")
    )
    assert (told.status_code, told.json()["kept"]) == (200, True), told.text
    assert system.send(ADMIN, "GET", EVIDENCE + sha(content)).content == content
    assert parts_on_disk(system, upload) == []


def test_two_who_send_the_same_part_at_once_keep_one(system: System) -> None:
    content = papers.pdf("bersamaan")
    upload = begin(system, content)["id"]

    async def all_at_once() -> list[httpx.Response]:
        headers = {"Authorization": f"Bearer {system.key(*ADMIN)}", "Upload-Offset": "0"}
        async with httpx.AsyncClient(base_url=system.url("intake"), timeout=60) as http:
            asked = [
                http.patch(f"{UPLOADS}/{upload}", content=content, headers=headers)
                for _ in range(12)
            ]
            return await asyncio.gather(*asked)

    told = asyncio.run(all_at_once())
    assert 200 in {one.status_code for one in told}
    others = [one.json()["title"] for one in told if one.status_code != 200]
    assert set(others) <= {"upload.finishing"}
    assert system.must(ADMIN, "GET", f"{UPLOADS}/{upload}")["kept"]
    rows = system.query("select count(*) from intake.evidence where sha256 = %s", sha(content))
    assert rows == [(1,)]


def test_a_film_of_the_largest_size_is_never_held_whole(system: System) -> None:
    """In and out again: the service grows by parts, not by the film."""
    film = papers.mp4(size_bytes=UPLOAD_BYTES_MAX - 1024)
    pid = system.processes["intake"].pid
    upload = begin(system, film, MP4)["id"]
    before = _peak_bytes(pid)
    for offset in range(0, len(film), PART_BYTES_MAX):
        told = add(system, upload, offset, film[offset : offset + PART_BYTES_MAX])
    assert told.json()["kept"], told.text
    with system.http.stream(
        "GET",
        system.url("intake") + EVIDENCE + sha(film),
        headers={"Authorization": f"Bearer {system.key(*ADMIN)}"},
    ) as read:
        digest = hashlib.sha256()
        for piece in read.iter_bytes():
            digest.update(piece)
    assert digest.hexdigest() == sha(film)
    assert _peak_bytes(pid) - before < UPLOAD_BYTES_MAX * 3 // 4


def _peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def test_nobody_but_intake_sees_what_is_arriving(system: System) -> None:
    for role in ("scoring", "projection"):
        with psycopg.connect(system.database.roles[role]) as connection:
            for table in ("upload", "upload_part"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"select 1 from intake.{table}")
                connection.rollback()
