"""How many ways there are for a group to have answered, given only what can be counted.

A person's answers are five times held or not, and a gap or none. A gap means that at least half of
their yeses are unsupported, so at most two of five hold beside it: 48 different answers a person.
"""

from functools import cache
from itertools import product
from math import comb

FACTORS = 5
GAP = FACTORS
"""The place of the gap among the six attributes."""
ATTRIBUTES = FACTORS + 1
HELD_BESIDE_A_GAP = 2

Vector = tuple[int, ...]
"""Six numbers: of one person 0 or 1, of a group how many."""

ANSWERS: tuple[Vector, ...] = tuple(
    answer
    for answer in product((0, 1), repeat=ATTRIBUTES)
    if not answer[GAP] or sum(answer[:FACTORS]) <= HELD_BESIDE_A_GAP
)


def possible(people: int, counts: Vector) -> bool:
    """Whether so many people can have answered so that these are the counts.

    Gale and Ryser: the rows of a table of noughts and ones, those with a gap at most two, the
    others at most five, can have these column sums if no columns together ask for more than the
    rows hold.
    """
    gap = counts[GAP]
    if gap > people or max(counts[:FACTORS]) > people or min(counts) < 0:
        return False
    return _fit(people, gap, tuple(sorted(counts[:FACTORS], reverse=True)))


@cache
def _fit(people: int, gap: int, heavy: tuple[int, ...]) -> bool:
    return all(
        sum(heavy[:columns]) <= (people - gap) * columns + gap * min(columns, HELD_BESIDE_A_GAP)
        for columns in range(1, FACTORS + 1)
    )


@cache
def _ways(rows: int, heavy: tuple[int, ...], most: int) -> int:
    """Tables of noughts and ones with these column sums, each row with at most ``most`` ones."""
    if rows == 0:
        return int(not any(heavy))
    if max(heavy) > rows:
        return 0
    if most >= FACTORS:
        ways = 1
        for column in heavy:
            ways *= comb(rows, column)
        return ways
    return sum(
        _ways(rows - 1, _sorted(count - one for count, one in zip(heavy, row, strict=True)), most)
        for row in product((0, 1), repeat=FACTORS)
        if sum(row) <= most and all(o <= c for o, c in zip(row, heavy, strict=True))
    )


def _sorted(counts) -> tuple[int, ...]:
    return tuple(sorted(counts, reverse=True))


@cache
def _worlds(people: int, heavy: tuple[int, ...], gap: int) -> int:
    ways = 0
    for beside in product(*(range(min(gap, count) + 1) for count in heavy)):
        if sum(beside) > HELD_BESIDE_A_GAP * gap:
            continue
        rest = 1
        for count, taken in zip(heavy, beside, strict=True):
            rest *= comb(people - gap, count - taken)
            if not rest:
                break
        else:
            ways += rest * _ways(gap, _sorted(beside), HELD_BESIDE_A_GAP)
    return comb(people, gap) * ways


def worlds(people: int, counts: Vector) -> int:
    """In how many ways so many people can have answered so that these are the counts."""
    if min(counts) < 0 or counts[GAP] > people:
        return 0
    return _worlds(people, _sorted(counts[:FACTORS]), counts[GAP])
