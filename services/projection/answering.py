"""Everything that answers questions, constructed once; pages and the interface choose from it."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from services.projection.analysis import Analyst
from services.projection.auditing import Auditing
from services.projection.branching import Brancher
from services.projection.bundles.bundling import Bundling
from services.projection.bundles.cutting import Cutting
from services.projection.certificates.certifying import Certifying
from services.projection.checkpoints import Checkpoints
from services.projection.chronicle import Chronicle
from services.projection.closing import Closing
from services.projection.comparing import Comparer
from services.projection.context import Contexts
from services.projection.logs import Logs
from services.projection.looking_ahead import Foreteller
from services.projection.nation import Nation
from services.projection.organising import Organiser
from services.projection.other_rules import OtherRules
from services.projection.read import Reader
from services.projection.receipts.receipts import Receipts
from services.projection.replaying.program import Program
from services.projection.replaying.replaying import Replaying
from services.projection.tables import Tables
from services.projection.verifying import Verifying
from services.projection.web.turns import Turns
from shared.io import postgres, rulebook
from shared.io.history import History
from shared.kernel.rules.affairs import Affair
from shared.kernel.rules.ruleset import RuleSet


class Answering(Struct, frozen=True, kw_only=True):
    """Who answers what."""

    reader: Reader
    logs: Logs
    analyst: Analyst
    other_rules: OtherRules
    chronicle: Chronicle
    contexts: Contexts
    comparer: Comparer
    foreteller: Foreteller
    brancher: Brancher
    organiser: Organiser
    verifying: Verifying
    closing: Closing
    auditing: Auditing
    checkpoints: Checkpoints
    receipts: Receipts
    bundling: Bundling
    certifying: Certifying
    replaying: Replaying
    nation: Nation
    rule_sets: Mapping[str, RuleSet]
    digests: Mapping[str, str]
    affairs: Sequence[Affair]


def answering(
    facts: postgres.Pool, pages: postgres.Pool, reader: Reader, certificate_key: str
) -> Answering:
    """From the log (`facts`) and the read models (`pages`)."""
    rule_sets, digests = rulebook.rule_sets(), rulebook.rule_digests()
    logs, turns, checkpoints = Logs(History(facts)), Turns(), Checkpoints(facts)
    analyst, cutting = Analyst(logs, reader), Cutting(facts, checkpoints)
    bundling = Bundling(cutting, History(facts), checkpoints, reader.register)
    return Answering(
        reader=reader,
        logs=logs,
        analyst=analyst,
        other_rules=OtherRules(analyst, reader),
        chronicle=Chronicle(Tables(pages), reader),
        contexts=Contexts(digests),
        comparer=Comparer(analyst, reader, turns),
        foreteller=Foreteller(analyst, reader, turns),
        brancher=Brancher(analyst),
        organiser=Organiser(analyst),
        verifying=Verifying(analyst),
        closing=Closing(analyst, reader),
        auditing=Auditing(analyst, reader),
        checkpoints=checkpoints,
        receipts=Receipts(History(facts), checkpoints),
        bundling=bundling,
        certifying=Certifying(cutting, reader, certificate_key),
        replaying=Replaying(cutting, bundling, reader, analyst, Program()),
        nation=Nation(pages, rulebook.regions(), rule_sets, digests, turns),
        rule_sets=rule_sets,
        digests=digests,
        affairs=rulebook.affairs(),
    )
