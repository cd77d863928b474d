"""What belongs together in a spreadsheet: an innovation with its indicators, or the region."""

from msgspec import Struct

from services.intake.core.late import Report
from services.intake.core.spreadsheet.cells import Known
from services.intake.core.spreadsheet.lines import Line, Wrong
from services.intake.core.spreadsheet.workbook import Standing, Year
from shared.kernel.errors import Failure


class Sources(Struct, frozen=True, kw_only=True):
    """What a file is compared with: as it stood when it was written, where it says, and now."""

    year: Year
    written: Standing | None
    now: Standing
    known: Known

    @property
    def then(self) -> Standing:
        """What the file was filled with, as far as anyone knows."""
        return self.now if self.written is None else self.written


class Step(Struct, frozen=True, kw_only=True):
    """One command with the rows it comes from; `new` where it reports what was not there."""

    command: Report
    lines: tuple[Line, ...]
    new: bool


class Group(Struct, frozen=True, kw_only=True):
    """All or nothing. `name` is the innovation's, empty for the region's own rows.

    A row that belongs to nothing is a group by its cell's name, and only says what is wrong.
    """

    name: str
    steps: tuple[Step, ...]
    unchanged: tuple[Line, ...]
    refused: tuple[Line, ...]
    wrongs: tuple[Wrong, ...]


class Building:
    """A group while its rows are looked at."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: list[Step] = []
        self.unchanged: list[Line] = []
        self.refused: list[Line] = []
        self.wrongs: list[Wrong] = []


class Groups:
    """All groups of a file, in the order in which they are first spoken of."""

    def __init__(self) -> None:
        self._groups: dict[str, Building] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._groups

    def of(self, name: str) -> Building:
        """The group of that name."""
        return self._groups.setdefault(name, Building(name))

    def lose(self, line: Line, title: str, failure: Failure) -> None:
        """A row that belongs to nothing."""
        wrong = line.wrong(title, failure)
        group = self.of(wrong.cell)
        group.wrongs.append(wrong)
        group.refused.append(line)

    def built(self) -> tuple[Group, ...]:
        """As they are now."""
        return tuple(
            Group(
                name=group.name,
                steps=tuple(group.steps),
                unchanged=tuple(group.unchanged),
                refused=tuple(group.refused),
                wrongs=tuple(group.wrongs),
            )
            for group in self._groups.values()
        )
