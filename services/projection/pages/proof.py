"""The pages of proof: a receipt to print, and a place to check receipts and files."""

from collections.abc import Sequence
from hashlib import sha256
from importlib import resources
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from markupsafe import Markup
from msgspec import Struct

from services.projection.core import published
from services.projection.logs import Logs
from services.projection.pages.routes import CHECK, PAGES
from services.projection.read import Reader
from services.projection.receipts.receipts import Receipts
from services.projection.wording import words_for
from shared.io import qr
from shared.io.pages import rendering
from shared.io.pages.wording import Words
from shared.kernel import clocks, disclosure, figures, filenames, names
from shared.kernel.recorded import decode
from shared.kernel.regions import Region

# The script is our own file; it asks this site alone.
POLICY = rendering.POLICY + "; script-src 'self'; connect-src 'self'"
IN_SCRIPT = (
    "sound",
    "unsound",
    "key",
    "unsure",
    "path",
    "heads_path",
    "note",
    "signature",
    "digest",
    "region_needed",
    "named",
    "not_named",
    "claim",
    "own_row",
    "failed",
)


class Page(Struct, frozen=True, kw_only=True):
    """One receipt; each fact is its name, its value, and whether it is in words."""

    title: str
    facts: Sequence[tuple[str, str, bool]]
    address: str
    qr: Markup | None
    json: str
    file: str


class Answer(Struct, frozen=True, kw_only=True):
    """What is answered without a script."""

    kind: str
    lines: Sequence[str]


def routes(receipts: Receipts, reader: Reader, logs: Logs) -> Sequence[ControllerRouterHandler]:
    """All pages of proof, and the verifier itself."""
    program = resources.files("deploy.verifier").joinpath("periksa.py").read_bytes()

    @get("/tanda-terima/{region:str}/{seq:int}", include_in_schema=False)
    async def show_receipt(
        request: Request[Any, Any, Any], region: FromPath[str], seq: FromPath[int]
    ) -> Response[bytes]:
        """One fact as everybody may see it, and where it is signed."""
        words = words_for(request)
        page = await _page(receipts, reader.region(region), seq, request, words)
        return PAGES.page("receipt.html", words, request, page=page)

    @get("/periksa", include_in_schema=False)
    async def show_check(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Receipts are checked by the script; a fingerprint is looked up without one."""
        words = words_for(request)
        region, digest = (
            request.query_params.get(name, "").strip().lower() for name in ("daerah", "sidik")
        )
        answer = await _answer(reader, logs, region, digest, words) if digest else None
        return PAGES.page(
            "check.html",
            words,
            request,
            headers={"Content-Security-Policy": POLICY},
            region=region,
            sha256=digest,
            answer=answer,
            program=sha256(program).hexdigest(),
            script=rendering.named(CHECK)[0],
            script_words=_in_script(words),
        )

    @get("/periksa.py", include_in_schema=False, sync_to_thread=False)
    def hand_out() -> Response[bytes]:
        """The verifier, one file."""
        name = "periksa.py"
        headers = {
            "Content-Disposition": filenames.attachment(name, name),
            "Cache-Control": "no-cache",
        }
        return Response(program, media_type="text/x-python; charset=utf-8", headers=headers)

    return [show_receipt, show_check, hand_out]


async def _page(
    receipts: Receipts, region: Region, seq: int, request: Request[Any, Any, Any], words: Words
) -> Page:
    held = await receipts.proof(region.code, seq)
    recorded = decode(held.fact)
    zone, say = region.time_zone, words.language

    def when(each: Any) -> str:
        return clocks.spoken(each, zone, say)

    shown = disclosure.circle_of(recorded.event) == "everyone"
    told: list[tuple[str, str, bool]] = [
        (words("receipt.region"), f"{region.name} ({region.code})", True),
        (words("receipt.seq"), figures.count(seq, say), True),
        (words("receipt.recorded"), when(held.fact.recorded_at), True),
    ]
    if shown:
        told += [
            (words("receipt.kind"), held.fact.topic, False),
            (words("receipt.actor"), f"{recorded.meta.actor} ({recorded.meta.role})", False),
            (words("receipt.happened"), when(recorded.happened_at), True),
        ]
        evidence = getattr(recorded.event, "evidence", ())
        told += [(words("receipt.files"), each.sha256, False) for each in evidence]
    else:
        told.append((words("receipt.kind"), words("receipt.withheld"), True))
    own, above = held.own.head, held.above.head
    told += [
        (words("receipt.leaf"), held.fact.leaf_hash.hex(), False),
        (words("receipt.checkpoint"), words("receipt.covers", size=own.size, root=own.root), False),
        (
            words("receipt.heads"),
            words("receipt.covers_heads", size=above.size, root=above.root),
            False,
        ),
        (
            words("receipt.witnesses"),
            ", ".join(above.witnesses) or words("receipt.no_witness"),
            not above.witnesses,
        ),
    ]
    address = rendering.absolute(request, f"/tanda-terima/{region.code}/{seq}")
    return Page(
        title=words("receipt.title", name=region.name, seq=figures.count(seq, say)),
        facts=told,
        address=address,
        qr=Markup(qr.svg(address)) if address else None,  # noqa: S704 - drawn by us
        json=f"/v1/regions/{region.code}/events/{seq}/receipt",
        file=f"tanda-terima-{region.code}-{seq}.json",
    )


async def _answer(reader: Reader, logs: Logs, region: str, digest: str, words: Words) -> Answer:
    """Where a fingerprint is named, for who has no script."""
    if not names.is_fingerprint(digest) or not names.is_tenant(region):
        return Answer(kind="blocked", lines=[words("check.malformed")])
    known = reader.region(region)
    found = published.named(await logs.of(known.code), digest)
    sentence = "checked.named" if found else "checked.not_named"
    claims = [
        words(
            "checked.claim",
            innovation=each.innovation or words("checked.own_row"),
            indicator=each.indicator,
            level=each.level,
            status=each.status,
            seq=each.seq,
        )
        for each in found
    ]
    return Answer(
        kind="sound" if found else "blocked", lines=[words(sentence, region=region), *claims]
    )


def _in_script(words: Words) -> Markup:
    """The script's sentences with their gaps, as JSON that no browser takes for markup."""
    told = {name: words.raw(f"checked.{name}") for name in IN_SCRIPT}
    text = msgspec.json.encode(told).decode().replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - our own words, and no < in them
