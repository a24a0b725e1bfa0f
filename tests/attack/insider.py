"""One summary, read by somebody who took part.

The insider knows who took part, what they themselves answered, the rule, and every word that was
published. They have read a colleague if some attribute of theirs, held or not held, could be only
one of the two in every world that fits.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from operator import sub

from coaching.summary import MINIMUM, Band, Summary, Tally, summarise
from tests.attack.worlds import ANSWERS, ATTRIBUTES, FACTORS, GAP, Vector, possible

Observe = Callable[[int, Vector], Hashable]
"""What everybody sees, of how many voters and which counts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A colleague who has been read: what was seen, what the insider knew, and of what."""

    voters: int
    seen: Hashable
    known: Vector
    attribute: int


def published(voters: int, counts: Vector) -> Summary | None:
    """What the product publishes of these counts."""
    o, c, v, r, e = counts[:FACTORS]
    return summarise(Tally(voters, (o, c, v, r, e), counts[GAP]), MINIMUM)


def insiders(colluders: int) -> list[Vector]:
    """What colleagues who tell each other know together."""
    sums = {(0,) * ATTRIBUTES}
    for _ in range(colluders):
        sums = {tuple(map(sum, zip(s, one, strict=True))) for s in sums for one in ANSWERS}
    return sorted(sums)


def read_by_listing(
    voters: int, observe: Observe = published, colluders: int = 1
) -> Iterator[Reading]:
    """Everything that insiders can read, by going through every possible count of a group.

    Colleagues who did not tell are alike to the insider, so what matters is whether the worlds
    that are left hold one where some of them have it, and one where not all of them do.
    """
    seen: dict[Hashable, list[Vector]] = defaultdict(list)
    for counts in product(range(voters + 1), repeat=ATTRIBUTES):
        if possible(voters, counts):
            seen[observe(voters, counts)].append(counts)
    for what, group in seen.items():
        least = tuple(map(min, zip(*group, strict=True)))
        for known in insiders(colluders):
            others = voters - colluders
            floor = tuple(max(0, one - own) for one, own in zip(least, known, strict=True))
            if possible(others, floor):  # else none is: fewer is always easier
                yield from _read(voters, what, known, group, others)


def _read(
    voters: int, what: Hashable, known: Vector, group: list[Vector], others: int
) -> Iterator[Reading]:
    some, not_all, fits = [False] * ATTRIBUTES, [False] * ATTRIBUTES, False
    for counts in group:
        left = tuple(map(sub, counts, known))
        if not possible(others, left):
            continue
        fits = True
        for attribute, count in enumerate(left):
            some[attribute] |= count > 0
            not_all[attribute] |= count < others
        if all(some) and all(not_all):
            return
    for attribute in range(ATTRIBUTES) if fits else ():
        if not (some[attribute] and not_all[attribute]):
            yield Reading(voters, what, known, attribute)


def edges(voters: int) -> dict[Band, tuple[int, int]]:
    """The least and greatest count of each band, as the product prints them."""
    found: dict[Band, tuple[int, int]] = {}
    for count in range(voters + 1):
        shown = {_band(voters, attribute, count) for attribute in range(ATTRIBUTES)}
        assert len(shown) == 1, "a band depends on which attribute it is of"
        band = shown.pop()
        found[band] = (found.get(band, (count, count))[0], count)
    assert sum(last - first + 1 for first, last in found.values()) == voters + 1
    return found


def _band(voters: int, attribute: int, count: int) -> Band:
    counts = [0] * ATTRIBUTES
    counts[attribute] = count
    summary = published(voters, tuple(counts))
    assert summary is not None
    return (*summary.bands, summary.gap)[attribute]


def read_by_bands(voters: int, colluders: int = 1) -> Iterator[Reading]:
    """The same for larger groups, band by band: a `Summary` is its bands and holds no more.

    Fewer is always easier to come by, so of all counts that fit, the least decide.
    """
    limits, others = edges(voters), voters - colluders
    kinds = [(band, own) for band in limits for own in range(colluders + 1)]
    known_gaps = {vector[GAP]: None for vector in insiders(colluders)}
    real = set(insiders(colluders))
    for factors in combinations_with_replacement(kinds, FACTORS):
        for gap in ((band, own) for band in limits for own in known_gaps):
            row = (*factors, gap)
            known = tuple(own for _, own in row)
            if known in real:
                yield from _read_box(voters, row, known, limits, others)


def _read_box(
    voters: int,
    row: tuple[tuple[Band, int], ...],
    known: Vector,
    limits: dict[Band, tuple[int, int]],
    others: int,
) -> Iterator[Reading]:
    least = [max(0, limits[band][0] - own) for band, own in row]
    most = [limits[band][1] - own for band, own in row]
    if min(most) < 0 or not possible(others, tuple(least)):
        return
    for attribute in range(ATTRIBUTES):
        one_more = list(least)
        one_more[attribute] = max(1, least[attribute])
        some = most[attribute] > 0 and possible(others, tuple(one_more))
        if not some or least[attribute] >= others:
            yield Reading(voters, tuple(band for band, _ in row), known, attribute)
