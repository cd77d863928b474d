"""What a spreadsheet that came back would change: commands group by group, and every wrong cell.

A cell that says what it said when the file was written changes nothing, whatever was recorded
since; one that was changed on both sides is told, and neither wins.
"""

from collections.abc import Mapping, Sequence

from services.intake.core.spreadsheet import cells, claims_told, lines, profiles_told, workbook
from services.intake.core.spreadsheet.groups import Group, Groups, Sources
from services.intake.core.spreadsheet.lines import Line, Wrong
from services.intake.core.spreadsheet.workbook import Year
from shared.kernel.errors import Refused
from shared.kernel.tables import Grid

SHEETS = (workbook.INNOVATIONS, workbook.INDICATORS, workbook.REGION)


def plan(
    grids: Mapping[str, Grid], sources: Sources
) -> tuple[tuple[Group, ...], tuple[Wrong, ...]]:
    """The groups in the order of the file, and what is wrong with the file as a whole."""
    if not any(name in grids for name in SHEETS):
        raise Refused("workbook.without_sheets", sheets=", ".join(SHEETS))
    told, amiss = _read(grids, sources.year)
    groups = Groups()
    for line in told[workbook.INNOVATIONS]:
        profiles_told.take(line, groups, sources)
    for sheet in (workbook.INDICATORS, workbook.REGION):
        claims_told.take(told[sheet], groups, sources)
    return groups.built(), tuple(amiss)


def fingerprints(grids: Mapping[str, Grid]) -> set[str]:
    """Every file that is named anywhere."""
    return cells.named_files(
        [cell for name in SHEETS if name in grids for row in grids[name].rows for cell in row]
    )


def _read(
    grids: Mapping[str, Grid], year: Year
) -> tuple[Mapping[str, Sequence[Line]], list[Wrong]]:
    items = [item.nama for item in year.form.items]
    needed = [item.nama for item in year.form.items if item.field in cells.NEEDED]
    known = {
        workbook.INNOVATIONS: (workbook.INNOVATION, *items, workbook.AGENCY),
        workbook.INDICATORS: (workbook.INNOVATION, *claims_told.COLUMNS),
        workbook.REGION: claims_told.COLUMNS,
    }
    must = {**known, workbook.INNOVATIONS: (workbook.INNOVATION, *needed)}
    told: dict[str, Sequence[Line]] = {}
    amiss: list[Wrong] = []
    for sheet, titles in known.items():
        told[sheet], wrongs = lines.lines(sheet, grids.get(sheet, Grid()), titles, must[sheet])
        amiss.extend(wrongs)
    return told, amiss
