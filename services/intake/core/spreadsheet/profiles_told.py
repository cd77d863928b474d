"""The rows of `Inovasi`: one innovation each, as it was, as it is, and as the cells say."""

from services.intake.core.innovation import Register, Revise
from services.intake.core.spreadsheet import cells, workbook
from services.intake.core.spreadsheet.groups import Building, Groups, Sources, Step
from services.intake.core.spreadsheet.lines import Line
from services.intake.core.spreadsheet.workbook import Standing, Year
from shared.kernel import profiles
from shared.kernel.errors import Failure, Missing, Refused
from shared.kernel.events.innovation import Profile
from shared.kernel.rules.forms import Item

BLANK = Profile(name="", tahapan="", main_urusan=0)
# Where it is told that the dates are not in order.
DATES = "implementation_date"


def take(line: Line, groups: Groups, sources: Sources) -> None:
    """Look at one row, and lay what it comes to into its group."""
    try:
        name = cells.innovation_code(line.cells.get(workbook.INNOVATION, ""))
    except Refused as failure:
        groups.lose(line, workbook.INNOVATION, failure)
        return
    if name in groups:
        twice = Refused("cell.innovation_twice", innovation=name)
        groups.lose(line, workbook.INNOVATION, twice)
        return
    group = groups.of(name)
    group.wrongs.extend(line.computed())
    now = sources.now.profile(name)
    profile = _profile(line, group, name, sources)
    if group.wrongs:
        group.refused.append(line)
        return
    if profile == (now or BLANK):
        group.unchanged.append(line)
        return
    try:
        profiles.check(profile)
    except Refused as failure:
        group.wrongs.append(line.wrong(_dates(sources.year), failure))
        group.refused.append(line)
        return
    made = Register if now is None else Revise
    command = made(year=sources.year.year, innovation=name, profile=profile)
    group.steps.append(Step(command=command, lines=(line,), new=now is None))


def _profile(line: Line, group: Building, name: str, sources: Sources) -> Profile:
    """The profile with every cell that somebody changed."""
    then, now = sources.then.profile(name), sources.now.profile(name)
    profile = now or BLANK
    for item in (*sources.year.form.items, None):
        title = workbook.AGENCY if item is None else item.nama
        if title not in line.cells:
            continue
        cell = line.cells[title]
        before = _says(item, then, sources.then, sources.year)
        current = _says(item, now, sources.now, sources.year)
        if cell in (before, current) or _left_out(item, cell, before, current):
            continue
        try:
            changed = _changed(profile, item, cell, sources)
        except Failure as failure:
            group.wrongs.append(line.wrong(title, failure))
            continue
        if changed == profile:
            continue
        if before != current:
            meanwhile = Refused("cell.changed_meanwhile", now=cells.shown(current or "-"))
            group.wrongs.append(line.wrong(title, meanwhile))
        profile = changed
    return profile


def _left_out(item: Item | None, cell: str, before: str | None, current: str | None) -> bool:
    """Of a new innovation, most may be said later."""
    is_needed = item is not None and item.field in cells.NEEDED
    return before is None and current is None and not cell and not is_needed


def _says(item: Item | None, profile: Profile | None, held: Standing, year: Year) -> str | None:
    """What the cell says, or said; None where there is no such innovation."""
    if profile is None:
        return None
    if item is None:
        return cells.plain(workbook.agency_written(profile.agency, held))
    return cells.plain(workbook.written(item, profile, year))


def _changed(profile: Profile, item: Item | None, cell: str, sources: Sources) -> Profile:
    if item is not None:
        return cells.changed(profile, item, cell, sources.year, sources.known)
    agency = cells.agency_code(cell)
    if agency and agency not in sources.now.agencies:
        raise Missing("agency.unknown", agency=agency)
    return cells.of_agency(profile, agency)


def _dates(year: Year) -> str:
    titles = {item.field: item.nama for item in year.form.items}
    return titles.get(DATES, workbook.INNOVATION)
