"""The check before sending: an innovation as it stands, against the form and rules of its year."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from services.intake.core import checking
from services.intake.core.checking import Beside, Elsewhere, Finding
from services.intake.core.indicator import Slot
from services.intake.core.innovation import Innovation
from services.intake.evidence.uses import Uses
from services.intake.reading import Reading
from shared.io import rulebook
from shared.kernel.calendar import Calendar
from shared.kernel.errors import Missing
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import RuleSet


class Looked(Struct, frozen=True, kw_only=True):
    """What was looked at, and what was found."""

    held: Innovation
    claims: Mapping[str, Slot]
    calendar: Calendar
    findings: tuple[Finding, ...]
    beside: Beside


class Sending:
    """Looks at innovations before they are sent."""

    def __init__(self, reading: Reading, uses: Uses, rule_sets: Mapping[str, RuleSet]) -> None:
        self._reading = reading
        self._uses = uses
        self._rule_sets = rule_sets

    async def look(self, tenant: str, year: int, name: str, today: date) -> Looked:
        """Check an innovation; `Missing` where there is none."""
        rules = self._rule_sets[await self._reading.rule_set(tenant, year)]
        codes = [row.code for row in ruleset.innovation_rows(rules)]
        held, claims = await self._reading.supposed(tenant, year, name, codes)
        if held.profile is None:
            raise Missing("innovation.unknown", innovation=name)
        beside = Beside(
            form=rulebook.form_for_year(year),
            today=today,
            shared=await self._elsewhere(tenant, name, claims),
            namesakes=await self._uses.namesakes(tenant, year, name, held.profile.name),
        )
        checked = checking.Subject(
            year=year,
            today=today,
            profile=held.profile,
            claims=claims,
            shared=beside.shared,
            namesakes=beside.namesakes,
        )
        _, kept = await self._reading.calendar(tenant, year)
        return Looked(
            held=held,
            claims={code: slot for code, slot in claims.items() if slot.level},
            calendar=kept,
            findings=checking.check(checked, rules, beside.form),
            beside=beside,
        )

    async def _elsewhere(
        self, tenant: str, name: str, claims: Mapping[str, Slot]
    ) -> Mapping[str, Elsewhere]:
        files = {file.sha256 for slot in claims.values() for file in slot.evidence}
        return await self._uses.elsewhere(tenant, name, files)
