"""Every column of every open table is described, and nothing else."""

import pytest
from msgspec import Struct
from msgspec.structs import fields

from services.projection import metadata
from services.projection.core.published import PublishedFile
from services.projection.views import RowView
from services.projection.web import tabular
from services.projection.web.register import CodedRegion

TABLES: dict[str, type[Struct]] = {
    "ranking": RowView,
    "evidence": PublishedFile,
    "regions": CodedRegion,
}


@pytest.mark.parametrize("dataset", metadata.datasets(), ids=lambda each: each.id)
def test_every_column_is_described(dataset: metadata.Dataset) -> None:
    table = tabular.answer(TABLES[dataset.id], [], "x")
    header = table.content.decode("utf-8-sig").splitlines()[0].split(",")
    assert header == list(dataset.columns)
    assert set(header) <= {field.name for field in fields(TABLES[dataset.id])}


def test_every_table_is_described() -> None:
    assert {each.id for each in metadata.datasets()} == set(TABLES)
