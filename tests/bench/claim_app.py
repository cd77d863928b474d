"""The claim route without a database: what the HTTP server and the framework cost alone."""

from litestar import put
from litestar.params import FromPath, JSONBody

from services.intake.bodies.indicator import ClaimBody
from shared.io import http, log


@put("/claim/{code:str}", guards=[http.require_json])
async def claim(code: FromPath[str], data: JSONBody[ClaimBody]) -> dict[str, int]:
    return {"level": data.level or 0, "length": len(code)}


log.open_log("bench", "silent")
app = http.application(
    title="bench", version="1", handlers=[claim], ready=lambda: {"up": True}, gauges=dict
)
