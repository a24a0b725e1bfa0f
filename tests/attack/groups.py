"""A whole team over weeks, read by one of its members from everything that was published.

Sellers who were counted in the same summaries are alike to the insider, so worlds are counted by
how many of each such set hold a factor, not listed one by one.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import combinations_with_replacement, product

from coaching.summary import band
from coaching.votes import LONGEST
from tests.attack.weeks import CHANGED, HOME, OTHER, START, Opinion, Publication, Rules, play

Show = Callable[[int, int], Hashable]
"""What is seen of one factor, of how many held among how many voters (``band``'s arguments)."""

SIZES = (5, 6, 7, 8)
TWO_WEEKS = ("nn", "n.", "ss")
"""What all but two of a team do in two weeks; the two do anything."""
ANYTHING_IN_TWO = tuple(map("".join, product(".nsdtog", repeat=2)))
FOUR_WEEKS = ("nnnn", "n.n.", "..nn", "s.ss")
"""What all but one of a team do in four weeks; the one does anything."""
ANYTHING_IN_FOUR = tuple(map("".join, product(".nsgo", repeat=4)))


@dataclass(frozen=True, slots=True)
class Leak:
    """A team in which one member reads another."""

    timelines: tuple[str, ...]
    insider: int
    opinion: Opinion


def teams() -> Iterator[tuple[str, ...]]:
    """Teams of five to eight, over two weeks and over four."""
    for size in SIZES:
        for regular in TWO_WEEKS:
            for two in combinations_with_replacement(ANYTHING_IN_TWO, 2):
                yield (*two, *(regular,) * (size - 2))
        for regular in FOUR_WEEKS:
            for one in ANYTHING_IN_FOUR:
                yield (one, *(regular,) * (size - 1))


def read_team(
    timelines: Sequence[str], rules: Rules | None = None, show: Show = band
) -> Iterator[Leak]:
    """Everything that one member can read in what was published."""
    published = play(timelines, rules)
    if published:
        # All who do the same are alike, so one of each kind is insider enough.
        for insider in {timeline: seller for seller, timeline in enumerate(timelines)}.values():
            for opinion in _read(published, insider, show):
                yield Leak(tuple(timelines), insider, opinion)


def _read(published: list[Publication], insider: int, show: Show) -> set[Opinion]:
    """The opinions that could be only one way in all worlds that fit some course of events."""
    read: set[Opinion] = set()
    for group in _bound(published):
        read |= _read_together(group, insider, show)
    return read


def _bound(published: list[Publication]) -> list[list[Publication]]:
    """The summaries in groups that share no answer, so that one adds nothing to another."""
    groups: list[list[Publication]] = []
    for one in published:
        shares = [
            group
            for group in groups
            if any(set(one.opinions).intersection(other.opinions) for other in group)
        ]
        groups = [group for group in groups if group not in shares]
        groups.append([one, *(other for group in shares for other in group)])
    return groups


def _read_together(published: list[Publication], insider: int, show: Show) -> set[Opinion]:
    alike = _alike(published, insider)
    sorts = tuple((times, own is not None, len(same)) for (times, own), same in alike.items())
    read = _read_sorts(sorts, tuple(len(one.opinions) for one in published), show)
    return {opinion for place in read for opinion in list(alike.values())[place]}


Sort = tuple[tuple[int, ...], bool, int]
"""Opinions that are alike: how often each summary counts them, if they are the insider's own, and
how many they are."""


@cache
def _read_sorts(sorts: tuple[Sort, ...], voters: tuple[int, ...], show: Show) -> tuple[int, ...]:
    """The places of the sorts that could be only one way; most teams differ only in who is who."""
    # What was seen and known -> for each sort of opinion, how many of them can have been held.
    worlds: dict[Hashable, list[set[int]]] = defaultdict(lambda: [set() for _ in sorts])
    for held in product(*(range(size + 1) for _, _, size in sorts)):
        sums = [0] * len(voters)
        for count, (times, _, _) in zip(held, sorts, strict=True):
            sums = [total + count * time for total, time in zip(sums, times, strict=True)]
        seen = tuple(map(show, sums, voters))
        known = tuple(count for count, (_, own, _) in zip(held, sorts, strict=True) if own)
        for counts, count in zip(worlds[seen, known], held, strict=True):
            counts.add(count)
    return tuple(
        place
        for place, (_, own, size) in enumerate(sorts)
        if not own and any(fitting[place] in ({0}, {size}) for fitting in worlds.values())
    )


def _alike(
    published: list[Publication], insider: int
) -> dict[tuple[tuple[int, ...], Opinion | None], list[Opinion]]:
    """Opinions by how often each summary counts them; the insider's own stand by themselves."""
    alike: dict[tuple[tuple[int, ...], Opinion | None], list[Opinion]] = defaultdict(list)
    for opinion in sorted({opinion for one in published for opinion in one.opinions}):
        times = tuple(one.opinions.count(opinion) for one in published)
        alike[times, opinion if opinion.seller == insider else None].append(opinion)
    return alike


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that a seller's weeks show broken."""

    timeline: str
    promise: str


DEEDS_OF_THREE_WEEKS = ".nsdlbfgotea"
DEEDS_OF_FOUR_WEEKS = ".nsgo"


def lives() -> Iterator[tuple[str, dict[tuple[str, int], bool]]]:
    """Every way one seller can spend three weeks, and four with fewer sorts of deeds, beside every
    course that publishing can take in both channels."""
    for deeds, weeks in ((DEEDS_OF_THREE_WEEKS, 3), (DEEDS_OF_FOUR_WEEKS, 4)):
        courses = list(product((False, True), repeat=weeks))
        for timeline in map("".join, product(deeds, repeat=weeks)):
            elsewhere = courses if set("ot") & set(timeline) else courses[:1]
            for here, there in product(courses, elsewhere):
                forced = {(HOME, week): yes for week, yes in enumerate(here)}
                yield timeline, forced | {(OTHER, week): yes for week, yes in enumerate(there)}


def broken(
    timeline: str, forced: dict[tuple[str, int], bool], rules: Rules | None = None
) -> Iterator[Broken]:
    """The promises that do not hold for one seller, whoever else takes part.

    Where no opinion is in two summaries, and none twice in one, what one summary tells adds
    nothing to another: the worlds of all of them are the product of the worlds of each.
    """
    opinions: set[Opinion] = set()
    last: dict[str, datetime] = {}
    for one in play([timeline], rules, forced):
        if len(one.opinions) > 1:
            yield Broken(timeline, "a seller speaks once in a summary")
        if opinions.intersection(one.opinions):
            yield Broken(timeline, "no answer is in two summaries")
        opinions.update(one.opinions)
        for check in one.checks:
            joined = one.members.get(check.opinion.seller)
            if joined is None:
                yield Broken(timeline, "nobody is counted where they are no member")
            elif check.finished_at <= joined:
                yield Broken(timeline, "nothing said before joining is counted")
            if check.finished_at <= max(last.get(one.channel, START), one.closed - LONGEST):
                yield Broken(timeline, "nothing from before the last summary is counted")
            if check.opinion.version == CHANGED or check.finished_at > one.closed:
                yield Broken(timeline, "what is said after the close is not counted")
        last[one.channel] = one.closed
