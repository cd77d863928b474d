"""The rows of `Indikator` and `Daerah`: a claim is one row, or several for several documents."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec.structs import replace

from services.intake.core.indicator import DOCUMENT_FIELD_CHARACTERS_MAX, Claim, Slot
from services.intake.core.spreadsheet import cells, workbook
from services.intake.core.spreadsheet.groups import Building, Groups, Sources, Step
from services.intake.core.spreadsheet.lines import Line, Wrong
from shared.kernel import text
from shared.kernel.errors import Failure, Missing, Refused
from shared.kernel.rules import levels

T = TypeVar("T")

# As `workbook.written_claim` writes them.
SAID = (
    workbook.LEVEL,
    workbook.FIGURE,
    workbook.FILES,
    workbook.NUMBER,
    workbook.DATED,
    workbook.SUBJECT,
    workbook.SIGNER,
)
COLUMNS = (workbook.INDICATOR, *SAID)
DOCUMENTS = {
    "document_number": workbook.NUMBER,
    "subject": workbook.SUBJECT,
    "signer_office": workbook.SIGNER,
}


def take(told: Sequence[Line], groups: Groups, sources: Sources) -> None:
    """Look at all rows of a sheet, and lay what they come to into their groups."""
    claims: dict[tuple[str, str], list[Line]] = {}
    for line in told:
        named = _named(line, groups, sources)
        if named is not None:
            claims.setdefault(named, []).append(line)
    for (innovation, indicator), rows in claims.items():
        _claim(innovation, indicator, rows, groups.of(innovation), sources)


def column_of(reason: str) -> str:
    """In which column a refused claim is told."""
    if reason.startswith("evidence."):
        return workbook.FILES
    if reason in ("indicator.figure_disagrees", "indicator.without_bands"):
        return workbook.FIGURE
    return workbook.LEVEL


def _named(line: Line, groups: Groups, sources: Sources) -> tuple[str, str] | None:
    """Whose claim it is, and of what; a row that does not say belongs to nothing."""
    title = workbook.INNOVATION
    try:
        innovation = ""
        if line.sheet == workbook.INDICATORS:
            innovation = cells.innovation_code(line.cells.get(title, ""))
            if innovation not in groups and sources.now.profile(innovation) is None:
                if sources.then.profile(innovation) is not None:
                    raise Refused("innovation.withdrawn", innovation=innovation)
                raise Missing("innovation.unknown", innovation=innovation)
        title = workbook.INDICATOR
        indicator = cells.code(line.cells.get(title, ""))
        levels.must_exist(sources.year.rules, indicator, of_innovation=bool(innovation))
    except Failure as failure:
        groups.lose(line, title, failure)
        return None
    return innovation, indicator


def _claim(
    innovation: str, indicator: str, rows: list[Line], group: Building, sources: Sources
) -> None:
    now = sources.now.slot(innovation, indicator)
    then = sources.then.slot(innovation, indicator)
    said = _cells(rows)
    wrongs = [wrong for line in rows for wrong in line.computed()]
    if not wrongs and said in (_written(now), _written(then)):
        group.unchanged.extend(rows)
        return
    claim = Claim(
        year=sources.year.year, innovation=innovation, indicator=indicator, level=None, evidence=()
    )
    for line in rows:
        claim = _with(claim, line, wrongs, sources)
    if not wrongs:
        wrongs.extend(_amiss(claim, now, rows[0], meanwhile=_written(now) != _written(then)))
    if not wrongs and _is(claim, now):
        group.unchanged.extend(rows)
        return
    group.wrongs.extend(wrongs)
    if wrongs:
        group.refused.extend(rows)
        return
    # A figure that was changed brings its own level.
    if claim.figure not in (None, now.figure) and claim.level == now.level:
        claim = replace(claim, level=None)
    group.steps.append(Step(command=claim, lines=tuple(rows), new=not now.level))


def _is(claim: Claim, slot: Slot) -> bool:
    """Whether that is claimed already."""
    return (claim.level, claim.figure, claim.evidence) == (slot.level, slot.figure, slot.evidence)


def _amiss(claim: Claim, now: Slot, line: Line, *, meanwhile: bool) -> Iterator[Wrong]:
    """What is wrong with a claim as a whole."""
    if (claim.level, claim.figure, claim.evidence) == (None, None, ()):
        yield line.wrong(workbook.LEVEL, Refused("cell.claim_cleared"))
    elif meanwhile and not _is(claim, now):
        yield line.wrong(workbook.LEVEL, Refused("cell.changed_meanwhile", now=str(now.level)))


def _cells(rows: Sequence[Line]) -> list[tuple[str, ...]]:
    return [tuple(line.cells.get(title, "") for title in SAID) for line in rows]


def _written(slot: Slot) -> list[tuple[str, ...]]:
    return [tuple(map(cells.plain, row)) for row in workbook.written_claim(slot)]


def _with(claim: Claim, line: Line, wrongs: list[Wrong], sources: Sources) -> Claim:
    """The claim with what one more row says; what is wrong with it is laid to the wrongs."""
    row = _Row(line, wrongs)
    level = row.read(workbook.LEVEL, lambda cell: _one(claim.level, cells.level(cell)))
    figure = row.read(workbook.FIGURE, lambda cell: _one(claim.figure, cells.figure(cell)))
    dated = row.read(workbook.DATED, cells.day)
    for field, title in DOCUMENTS.items():
        row.read(title, lambda cell, field=field: _check(field, cell))  # type: ignore[misc]
    files = row.read(workbook.FILES, lambda cell: cells.fingerprints(cell, sources.known)) or ()
    said = {field: line.cells.get(title, "") for field, title in DOCUMENTS.items()}
    if not line.cells.get(workbook.FILES) and (dated or any(said.values())):
        wrongs.append(line.wrong(workbook.FILES, Refused("cell.document_without_file")))
    more = tuple(replace(sources.known[one], document_date=dated, **said) for one in files)
    return replace(claim, level=level, figure=figure, evidence=(*claim.evidence, *more))


class _Row:
    """One row being read, cell by cell: a wrong one is noted, and says nothing."""

    def __init__(self, line: Line, wrongs: list[Wrong]) -> None:
        self._line = line
        self._wrongs = wrongs

    def read(self, title: str, reading: Callable[[str], T]) -> T | None:
        try:
            return reading(self._line.cells.get(title, ""))
        except Failure as failure:
            self._wrongs.append(self._line.wrong(title, failure))
            return None


def _one(before: T | None, said: T | None) -> T | None:
    """What several rows say of one claim is the same, or is said once."""
    if before is not None and said not in (None, before):
        raise Refused("cell.said_otherwise", before=str(before))
    return before if said is None else said


def _check(field: str, cell: str) -> None:
    text.check(field, cell, DOCUMENT_FIELD_CHARACTERS_MAX)
