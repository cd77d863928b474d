"""A region's agencies (perangkat daerah) and units as they stand, and which of them report."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from services.projection.core import coaching, moment, reporting
from services.projection.core.coaching import Coached
from services.projection.core.dossier import Dossier, Held, Slot
from services.projection.core.reporting import Told
from shared.kernel.recorded import Recorded


class Activity(Struct, frozen=True, kw_only=True):
    """How much stands of some innovations. Levels are sums over all their indicators.

    `tahapan` counts innovations per stage; `last_at` is None where nothing was ever reported.
    `returned` claims wait for the agency's answer, the oldest for `returned_days`.
    """

    innovations: int
    tahapan: dict[str, int]
    submitted: int
    claimed_levels: int
    accepted_levels: int
    returned: int
    returned_days: int | None
    last_at: datetime | None
    silent_days: int | None


class Agency(Struct, frozen=True, kw_only=True):
    """One agency or unit (`parent` is its agency). `reported` also counts its units' innovations.

    `decreed` are its innovations that the regional head's decree names, `not_decreed` the others;
    both are empty where there is no decree. `coach` and `open_steps` are None where they are not
    shown.
    """

    agency: str
    name: str
    kind: str
    parent: str
    closed: bool
    reported: bool
    activity: Activity
    decreed: tuple[str, ...]
    not_decreed: tuple[str, ...]
    coach: str | None
    open_steps: int | None


class Unplaced(Struct, frozen=True, kw_only=True):
    """Innovations that name no registered agency, by what their profiles call it."""

    perangkat_daerah: str
    innovations: tuple[str, ...]
    activity: Activity


class Decree(Struct, frozen=True, kw_only=True):
    """The regional head's decree in force; `gone` are those it names that are no longer reported,
    `not_named` those reported that it does not name.
    """

    number: str
    dated: date
    sha256: str
    seq: int
    named: tuple[str, ...]
    gone: tuple[str, ...]
    not_named: tuple[str, ...]


class Participation(Struct, frozen=True, kw_only=True):
    """Who reports: `reported` of `agencies`, units counted with their agency.

    Where no agency is registered, what depends on them is None: nobody knows it. `silent` names
    the agencies without an innovation, `one_each` says that there are none ("1 OPD 1 inovasi").
    `returned` claims, of innovations and of the region itself, wait for an answer.
    """

    agencies: int | None
    reported: int | None
    one_each: bool | None
    silent: tuple[str, ...]
    innovations: int
    unplaced: int
    returned: int
    returned_days: int | None
    last_at: datetime | None
    silent_days: int | None


class Organisation(Struct, frozen=True, kw_only=True):
    """A region's agencies, what names none of them, the decree, and the totals."""

    participation: Participation
    agencies: tuple[Agency, ...]
    unplaced: tuple[Unplaced, ...]
    decree: Decree | None


def organisation(
    facts: Sequence[Recorded], dossier: Dossier, now: datetime, zone: str
) -> Organisation:
    """How a region's agencies stand; `facts` in the order in which they count."""
    told = reporting.told_of(facts, zone)
    here = {name: held for name, held in dossier.innovations.items() if held.profile is not None}
    placed: dict[str, dict[str, Held]] = {name: {} for name in told.agencies}
    apart: dict[str, dict[str, Held]] = {}
    for name, held in here.items():
        assert held.profile is not None
        agency, office = held.profile.agency, held.profile.perangkat_daerah
        among = placed[agency] if agency in placed else apart.setdefault(office, {})
        among[name] = held
    reported = {reporting.top_of(told.agencies, agency) for agency, held in placed.items() if held}
    coached = coaching.coached(facts)
    named = set(told.decreed[0].innovations) if told.decreed else None
    agencies = tuple(
        _agency(name, told, placed[name], coached.get(name), named, now, reported=name in reported)
        for name in sorted(told.agencies)
    )
    unplaced = tuple(
        Unplaced(
            perangkat_daerah=office,
            innovations=tuple(sorted(held)),
            activity=_activity(held, told, held, now),
        )
        for office, held in sorted(apart.items())
    )
    return Organisation(
        participation=_participation(told, dossier, apart, reported, now),
        agencies=agencies,
        unplaced=unplaced,
        decree=_decree(told, here),
    )


def without_coaching(organised: Organisation) -> Organisation:
    """The same for those who may not see how agencies are coached."""
    hidden = tuple(replace(one, coach=None, open_steps=None) for one in organised.agencies)
    return replace(organised, agencies=hidden)


def _agency(
    name: str,
    told: Told,
    held: Mapping[str, Held],
    coached: Coached | None,
    named: set[str] | None,
    now: datetime,
    *,
    reported: bool,
) -> Agency:
    known = told.agencies[name]
    own = [
        innovation
        for innovation, agency in told.belongs.items()
        if agency in told.agencies and name in (agency, reporting.top_of(told.agencies, agency))
    ]
    return Agency(
        agency=name,
        name=known.name,
        kind=known.kind,
        parent=known.parent,
        closed=known.closed,
        reported=reported or bool(held),
        activity=_activity(held, told, own, now),
        decreed=tuple(sorted(one for one in held if named is not None and one in named)),
        not_decreed=tuple(sorted(one for one in held if named is not None and one not in named)),
        coach="" if coached is None else coached.coach,
        open_steps=0 if coached is None else len(coached.open),
    )


def _activity(
    held: Mapping[str, Held], told: Told, credited: Iterable[str], now: datetime
) -> Activity:
    slots = [slot for one in held.values() for slot in one.slots.values()]
    returns = _returns(slots, now)
    last_at = max((told.active[name] for name in credited if name in told.active), default=None)
    return Activity(
        innovations=len(held),
        tahapan=dict(
            sorted(Counter(one.profile.tahapan for one in held.values() if one.profile).items())
        ),
        submitted=sum(1 for one in held.values() if one.submitted is not None),
        claimed_levels=sum(slot.level for slot in slots),
        accepted_levels=sum(slot.accepted for slot in slots),
        returned=len(returns),
        returned_days=max(returns, default=None),
        last_at=last_at,
        silent_days=None if last_at is None else moment.days_since(last_at, now),
    )


def _returns(slots: Iterable[Slot], now: datetime) -> list[int]:
    """For how many days each returned claim has waited for an answer."""
    return [
        moment.days_since(slot.verdict.happened_at, now)
        for slot in slots
        if slot.returned and slot.verdict is not None
    ]


def _participation(
    told: Told,
    dossier: Dossier,
    apart: Mapping[str, Mapping[str, Held]],
    reported: set[str],
    now: datetime,
) -> Participation:
    tops = [
        name
        for name, known in told.agencies.items()
        if not known.closed and reporting.top_of(told.agencies, name) == name
    ]
    silent = tuple(sorted(told.agencies[name].name for name in tops if name not in reported))
    here = [held for held in dossier.innovations.values() if held.profile is not None]
    own = dossier.region.values()
    returns = _returns([*own, *(slot for held in here for slot in held.slots.values())], now)
    return Participation(
        agencies=len(tops) if tops else None,
        reported=len(tops) - len(silent) if tops else None,
        one_each=not silent if tops else None,
        silent=silent,
        innovations=len(here),
        unplaced=sum(len(held) for held in apart.values()),
        returned=len(returns),
        returned_days=max(returns, default=None),
        last_at=told.last_at,
        silent_days=None if told.last_at is None else moment.days_since(told.last_at, now),
    )


def _decree(told: Told, here: Mapping[str, Held]) -> Decree | None:
    if told.decreed is None:
        return None
    event, seq = told.decreed
    return Decree(
        number=event.number,
        dated=event.dated,
        sha256=event.sha256,
        seq=seq,
        named=event.innovations,
        gone=tuple(name for name in event.innovations if name not in here),
        not_named=tuple(sorted(set(here) - set(event.innovations))),
    )
