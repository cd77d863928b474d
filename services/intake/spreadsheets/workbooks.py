"""Spreadsheets of a region's season: written from the log, and taken back as commands.

A file is read, compared with what is recorded, and rehearsed; then its groups are recorded, each
whole or not at all. The same file again finds everything as it says, and records nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from services.intake.core.spreadsheet import guide, lines, plan, rehearsal, workbook
from services.intake.core.spreadsheet.groups import Group, Sources
from services.intake.core.spreadsheet.lines import Wrong
from services.intake.core.spreadsheet.rehearsal import Rehearsed
from services.intake.core.spreadsheet.workbook import Year
from services.intake.evidence.documents import Documents
from services.intake.handle import Intake
from services.intake.orders import Order
from services.intake.reading import Reading
from services.intake.spreadsheets.standings import Standings
from shared.io import rulebook, sheets_out
from shared.io.history import History
from shared.io.sheets import Sheets
from shared.kernel.appending import Receipt
from shared.kernel.errors import Failure, Missing, Refused
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.tables import Grid, Workbook


class Read(Struct, frozen=True, kw_only=True):
    """A file as it was read and compared: its groups, and what is wrong with it as a whole."""

    rule_set: str
    groups: tuple[Group, ...]
    amiss: tuple[Wrong, ...]
    # How many facts each stream had that it was compared with.
    versions: Mapping[str, int]


class Workbooks:
    """Writes and reads the spreadsheets of all regions."""

    def __init__(
        self,
        history: History,
        reading: Reading,
        documents: Documents,
        intake: Intake,
        rule_sets: Mapping[str, RuleSet],
        digests: Mapping[str, str],
    ) -> None:
        self._intake = intake
        self._history = history
        self._reading = reading
        self._standings = Standings(history)
        self._documents = documents
        self._rule_sets = rule_sets
        self._digests = digests
        self._sheets = Sheets()

    async def filled(self, tenant: str, year: int, called: str, agency: str) -> bytes:
        """The season as a workbook, as it stands now; of one agency only, where one is named."""
        by, (now, _) = await self._year(tenant, year), await self._standings.read(tenant, year)
        if agency and agency not in now.agencies:
            raise Missing("agency.unknown", agency=agency)
        return await self._sheets.write(workbook.lay_out(by, now, tenant, called, agency))

    async def written(self, book: Workbook) -> bytes:
        """Any workbook as a file."""
        return await self._sheets.write(book)

    async def innovations_csv(self, tenant: str, year: int) -> bytes:
        """The innovations in the ministry's columns."""
        by, (now, _) = await self._year(tenant, year), await self._standings.read(tenant, year)
        titles = [column.title for column in workbook.innovation_columns(by)]
        return sheets_out.table(titles, workbook.innovation_rows(by, now, ""))

    async def indicators_csv(self, tenant: str, year: int) -> bytes:
        """Every indicator of every innovation, and the region's own without an innovation."""
        by, (now, _) = await self._year(tenant, year), await self._standings.read(tenant, year)
        titles = [column.title for column in workbook.claim_columns(of_innovations=True)]
        own = workbook.claim_rows(by, now, "", of_innovations=False)
        told = workbook.claim_rows(by, now, "", of_innovations=True)
        return sheets_out.table(titles, [*told, *(("", "", *row) for row in own)])

    async def sheet(self, content: bytes, name: str) -> Grid:
        """One sheet of any workbook; `Refused` where it is not there."""
        grids = await self._sheets.read(content, [name])
        if name not in grids:
            raise Refused("workbook.missing_sheet", sheet=name)
        return grids[name]

    async def read(self, tenant: str, year: int, content: bytes) -> Read:
        """Compare a file with what is recorded."""
        by = await self._year(tenant, year)
        grids = await self._sheets.read(content, workbook.SHEETS)
        about = lines.about(grids.get(guide.NAME, Grid()))
        if about.region not in ("", tenant) or about.year not in ("", str(year)):
            raise Refused("workbook.of_another", region=about.region, year=about.year)
        now, written = await self._standings.read(tenant, year, about.position)
        if about.position is not None and about.position > now.position:
            raise Refused("workbook.ahead", position=about.position, head=now.position)
        known = await self._documents.known(tenant, plan.fingerprints(grids))
        sources = Sources(
            year=by,
            written=written,
            now=now,
            known={
                sha256: EvidenceReference(
                    sha256=sha256, size_bytes=kept.size_bytes, media_type=kept.media_type
                )
                for sha256, kept in known.items()
            },
        )
        groups, amiss = await asyncio.to_thread(plan.plan, grids, sources)
        return Read(rule_set=by.rules.id, groups=groups, amiss=amiss, versions=now.versions)

    async def rehearse(
        self, groups: Sequence[Group], orders: Sequence[Order]
    ) -> tuple[Rehearsed, ...]:
        """What each group would come to, with every refusal at the cell it is about.

        An order stands for each group; nothing is recorded.
        """
        told = await self._intake.rehearse(orders)
        return tuple(
            rehearsal.rehearsed(group, each) for group, each in zip(groups, told, strict=True)
        )

    async def answered(self, orders: Sequence[Order]) -> set[str]:
        """The keys of the orders that were recorded before, whatever they asked."""
        asked = [(order.tenant, order.key) for order in orders]
        return {key for _, key in await self._history.answered(asked)}

    async def record(self, orders: Sequence[Order]) -> Sequence[Receipt | Failure]:
        """Record each order whole or not at all."""
        return await self._intake.handle(orders)

    async def _year(self, tenant: str, year: int) -> Year:
        rules = self._rule_sets[await self._reading.rule_set(tenant, year)]
        return Year(
            year=year,
            form=rulebook.form_for_year(year),
            rules=rules,
            rule_digest=self._digests[rules.id],
            affairs=rulebook.affairs(),
        )
