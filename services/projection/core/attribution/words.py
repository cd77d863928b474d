"""Why a rank moved, in one sentence that is read aloud, in Indonesian or English.

The sentence rounds to two decimals and names a few; what is exact and complete is the data.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from services.projection.core import ranking
from services.projection.core.attribution.attribution import Crossing, Movement, Part
from services.projection.core.attribution.items import Item
from shared.kernel import figures

# More names than this are counted instead.
NAMES_SHOWN = 3
LISTED_WITH_COMMAS = 3
CENT = Decimal("0.01")

_ENGLISH = "en"
_WORDS: Mapping[str, tuple[str, str]] = {
    "between": ("Antara {then} dan {now}, ", "Between {then} and {now}, "),
    "up": ("naik {places} peringkat", "rose {places} {noun}"),
    "down": ("turun {places} peringkat", "fell {places} {noun}"),
    "moved": (", dari {then} menjadi {now} dari {of}", ", from {then} to {now} of {of}"),
    "kept": ("tetap di peringkat {now} dari {of}", "stayed {now} of {of}"),
    "score_up": (
        ", dengan nilai yang naik dari {then} menjadi {now}",
        ", with a score that rose from {then} to {now}",
    ),
    "score_down": (
        ", dengan nilai yang turun dari {then} menjadi {now}",
        ", with a score that fell from {then} to {now}",
    ),
    "score_kept": (" dengan nilai {now}", " with a score of {now}"),
    "because": ("{what} karena {cause}", "{what} because of {cause}"),
    "still": ("; {causes} tidak mengubah peringkat.", "; {causes} did not change its rank."),
    "else": (
        "; tidak ada sebab lain yang mengubah nilai atau peringkatnya.",
        "; nothing else changed its score or its rank.",
    ),
    "nothing": (
        ": tidak ada yang mengubah nilai atau peringkatnya.",
        ": nothing changed its score or its rank.",
    ),
    "score": ("nilai {points}", "score {points}"),
    "slightly_up": ("nilai naik kurang dari {least}", "score up by less than {least}"),
    "slightly_down": ("nilai turun kurang dari {least}", "score down by less than {least}"),
    "mainly": ("terutama {item}", "mainly {item}"),
    "innovation": ("inovasi {name}", "innovation {name}"),
    "tied": (" (bersama {names})", " (with {names})"),
    "regions": ("{count} daerah", "{count} regions"),
    "published": (
        "{count} daerah yang hasilnya sudah terbit",
        "{count} regions with a published result",
    ),
    "more": ("{count} daerah lain", "{count} other regions"),
    "and": ("dan", "and"),
    "overtook": ("disalip {names}", "overtaken by {names}"),
    "appeared": ("hasil {names} terbit di atasnya", "the result of {names} was published above it"),
    "fell": ("{names} turun", "{names} fell"),
    "gained": (
        "memperoleh peringkat {now} dari {of}, bernilai {score}; sebelumnya hasilnya belum ada.",
        "came {now} of {of}, with a score of {score}; it had no published result before.",
    ),
    "begun": (
        "memperoleh peringkat {now} dari {of}, bernilai {score}; sebelumnya belum ada nilai.",
        "came {now} of {of}, with a score of {score}; there were no scores before.",
    ),
    "lost": (
        "tidak lagi mempunyai peringkat (sebelumnya {then}), sebab hasilnya tidak lagi terbit.",
        "no longer has a rank (it was {then}), for its result is no longer published.",
    ),
    "unplaced": (
        "belum mempunyai peringkat, sebab hasilnya belum terbit.",
        "has no rank yet, for its result has not been published.",
    ),
    "rules": ("aturan", "the rules"),
    "own": ("peristiwa sendiri", "its own facts"),
    "verification": ("verifikasi", "verification"),
    "deadline": ("batas akhir", "the deadline"),
    "neighbours": ("daerah lain", "other regions"),
    "decree": ("hasil resminya sendiri", "its own official result"),
    "sample": ("nilai contohnya sendiri, yang direka", "its own sample value, which is invented"),
    "told": ("nilai yang dinyatakan tentangnya", "the score that was stated of it"),
    "late": ("peristiwa setelah batas akhir", "its own facts after the deadline"),
}


class _Speech:
    """The words of one language."""

    def __init__(self, language: str, movement: Movement) -> None:
        self.language = language
        computed = "decree" if movement.stage == ranking.FINAL else "told"
        self._decree = "sample" if movement.sample else computed

    def cause(self, cause: str) -> str:
        """How a cause is called; a told score is only official where a decree told it."""
        return self(self._decree if cause == "decree" else cause)

    def __call__(self, word: str, /, **facts: object) -> str:
        return _WORDS[word][self.language == _ENGLISH].format_map(facts)

    def ordinal(self, rank: int) -> str:
        """`ke-9`, `9th`."""
        if self.language != _ENGLISH:
            return f"ke-{rank}"
        teen = rank % 100 in (11, 12, 13)
        return f"{rank}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')}"

    def listed(self, words: Sequence[str]) -> str:
        """`a`, `a dan b`, `a, b, dan c`."""
        if len(words) < LISTED_WITH_COMMAS:
            return f" {self('and')} ".join(words)
        return f"{', '.join(words[:-1])}, {self('and')} {words[-1]}"

    def names(self, names: Sequence[str]) -> str:
        """The names, or the first of too many and how many more there are."""
        if len(names) <= NAMES_SHOWN + 1:
            return self.listed(names)
        more = self("more", count=len(names) - NAMES_SHOWN)
        return self.listed([*names[:NAMES_SHOWN], more])

    def points(self, value: Decimal) -> str:
        return figures.points(value, 2, self.language)


def sentence(
    movement: Movement, name: str, then: str = "", now: str = "", *, language: str = "id"
) -> str:
    """What happened to the region called `name` between two moments as they are read aloud."""
    say = _Speech(language, movement)
    lead = say("between", then=then, now=now) if then and now else ""
    if movement.rank_then is None or movement.rank_now is None:
        return f"{lead}{name} {_unplaced(movement, say)}"
    gained = movement.rank_then - movement.rank_now
    place = say.ordinal(movement.rank_now) + _tied(movement, say)
    if gained:
        way = say("up" if gained > 0 else "down", places=abs(gained), noun=_noun(gained))
        way += say("moved", then=say.ordinal(movement.rank_then), now=place, of=_of(movement, say))
    else:
        way = say("kept", now=place, of=_of(movement, say))
    return f"{lead}{name} {way}{_causes(movement, say)}"


def _causes(movement: Movement, say: _Speech) -> str:
    """The causes that moved the rank; where none did, those that moved the score."""
    if any(part.places for part in movement.parts):
        moving = [part for part in movement.parts if part.places]
        told = [
            _because(part, f"{part.places:+d}", _detail(movement, part, say), say)
            for part in moving
        ]
        still = [_still(part, say) for part in movement.parts if not part.places]
        end = say("still", causes=say.listed(still)) if still else "."
        return f": {', '.join(told)}{end}"
    moving = [part for part in movement.parts if part.change.exact]
    if not moving:
        return _kept(movement, say) + say("nothing")
    told = [_because(part, _score(part, say), _mainly(part, say), say) for part in moving]
    return f"{_kept(movement, say)}: {', '.join(told)}{say('else')}"


def _because(part: Part, what: str, detail: Sequence[str], say: _Speech) -> str:
    cause = say.cause("late" if part.cause == "deadline" else part.cause)
    told = say("because", what=what, cause=cause)
    return f"{told} ({'; '.join(detail)})" if detail else told


def _still(part: Part, say: _Speech) -> str:
    return say.cause(part.cause) + (f" ({_score(part, say)})" if part.change.exact else "")


def _detail(movement: Movement, part: Part, say: _Speech) -> Sequence[str]:
    if part.cause == "neighbours":
        return _neighbours(movement.neighbours, say)
    return [_score(part, say), *_mainly(part, say)] if part.change.exact else []


def _neighbours(crossings: Sequence[Crossing], say: _Speech) -> Sequence[str]:
    """Who came above by its own facts, whose result is new there, and who fell away."""
    found: dict[str, list[str]] = {"overtook": [], "appeared": [], "fell": []}
    for crossing in crossings:
        for turn in crossing.turns:
            if turn.cause != "neighbours":
                continue
            came = "appeared" if crossing.index_then is None else "overtook"
            found["fell" if turn.places > 0 else came].append(crossing.name)
    return [say(way, names=say.names(names)) for way, names in found.items() if names]


def _mainly(part: Part, say: _Speech) -> Sequence[str]:
    """The largest item, where it is one thing and works in the direction of its part."""
    if not part.items:
        return []
    item = part.items[0]
    named = _named(item, say)
    if not named or item.change.exact * part.change.exact <= 0:
        return []
    return [say("mainly", item=named)]


def _named(item: Item, say: _Speech) -> str:
    if item.indicator:
        return item.name_en if say.language == _ENGLISH else item.nama
    return say("innovation", name=item.innovation_name) if item.innovation_name else ""


def _score(part: Part, say: _Speech) -> str:
    """`nilai +1,82`; what two decimals cannot show is said, never shown as nothing."""
    exact = part.change.exact
    if abs(exact) < Fraction(CENT):
        return say("slightly_up" if exact > 0 else "slightly_down", least=say.points(CENT))
    # Rounded once, out of the fraction itself.
    points = say.points(Decimal(round(abs(exact) * 100)).scaleb(-2))
    return say("score", points=f"{'+' if exact > 0 else '-'}{points}")


def _kept(movement: Movement, say: _Speech) -> str:
    then, now = movement.index_then, movement.index_now
    assert then is not None, "a region with a rank has an index"
    assert now is not None, "a region with a rank has an index"
    if then == now:
        return say("score_kept", now=say.points(now))
    word = "score_up" if now > then else "score_down"
    return say(word, then=say.points(then), now=say.points(now))


def _unplaced(movement: Movement, say: _Speech) -> str:
    """Where one of the two ranks is missing: which, and why."""
    if movement.rank_now is not None and movement.index_now is not None:
        return say(
            "gained" if movement.stage == ranking.FINAL else "begun",
            now=say.ordinal(movement.rank_now) + _tied(movement, say),
            of=_of(movement, say),
            score=say.points(movement.index_now),
        )
    if movement.rank_then is not None:
        return say("lost", then=say.ordinal(movement.rank_then))
    return say("unplaced")


def _tied(movement: Movement, say: _Speech) -> str:
    return say("tied", names=say.names(movement.tied)) if movement.tied else ""


def _of(movement: Movement, say: _Speech) -> str:
    word = "regions" if movement.placed_now == movement.of else "published"
    return say(word, count=movement.placed_now)


def _noun(places: int) -> str:
    return "place" if abs(places) == 1 else "places"
