"""The client hands a spreadsheet in: what was refused as a whole is an answer with its cells."""

import httpx
import pytest

from deploy.client.wire import Rejected
from deploy.client.workbooks import Workbooks

VIEW = {
    "region": "63.10",
    "year": 2026,
    "rule_set": "2026.1",
    "dry_run": False,
    "group": "all",
    "recorded": 0,
    "late": False,
    "new": 0,
    "changed": 0,
    "unchanged": 3,
    "refused": 1,
    "detail": "1 baris tidak dicatat.",
    "rows": [],
    "wrongs": [{"cell": "Inovasi!F7", "reason": "cell.date", "detail": "Inovasi!F7: salah."}],
    "wrongs_left_out": 0,
    "groups": [],
}


def workbooks(title: str, **more: object) -> Workbooks:
    problem = {"type": "urn:x", "title": title, "status": 422, "detail": "Tidak.", **more}
    answer = httpx.MockTransport(lambda _: httpx.Response(422, json=problem))
    return Workbooks(httpx.AsyncClient(base_url="http://intake", transport=answer), "jejak_a_b")


async def test_a_refused_file_comes_back_with_its_wrong_cells() -> None:
    told = await workbooks("workbook.refused", answer=VIEW).put("63.10", 2026, b"x")
    assert [one.cell for one in told.wrongs] == ["Inovasi!F7"]


@pytest.mark.parametrize("title", ["workbook.broken", "workbook.refused"])
async def test_a_file_that_could_not_be_read_is_rejected(title: str) -> None:
    with pytest.raises(Rejected) as caught:
        await workbooks(title).put("63.10", 2026, b"x")
    assert caught.value.reason == title
