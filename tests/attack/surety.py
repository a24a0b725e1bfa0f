"""How sure an insider can become at worst, where certainty is ruled out.

Of one colleague and one factor, after a summary: with each colleague's factor held with
probability ``p`` beforehand, or with every world equally likely.
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from math import comb

from coaching.summary import Band
from tests.attack.insider import edges
from tests.attack.worlds import FACTORS, worlds

PRIORS = (0.2, 0.5, 0.8)


def at_worst(voters: int, prior: float) -> tuple[float, float]:
    """The greatest chance, after a summary, that a colleague's factor is held, and that it is not.

    Before it, the chance was ``prior`` for everybody, and nothing else was known.
    """
    others = voters - 1
    chances = []
    for first, last in edges(voters).values():
        for own in (0, 1):
            weights = {
                count: comb(others, count) * prior**count * (1 - prior) ** (others - count)
                for count in range(max(0, first - own), min(others, last - own) + 1)
            }
            total = sum(weights.values())
            if total:
                chances.append(sum(c * w for c, w in weights.items()) / total / others)
    return max(chances), 1 - min(chances)


def at_worst_of_all_worlds(voters: int) -> tuple[float, float]:
    """The same, where everything that everybody can have answered is equally likely, all six
    attributes together; of a factor."""
    limits, others = edges(voters), voters - 1
    kinds = [(band, own) for band in limits for own in (0, 1)]
    chances: list[float] = []
    for first in kinds:
        for rest in combinations_with_replacement(kinds, FACTORS - 1):
            for gap in kinds:
                if gap[1] and first[1] + sum(own for _, own in rest) > 2:
                    continue
                chances += _chance(limits, others, (first, *rest, gap))
    return max(chances), 1 - min(chances)


def _chance(
    limits: dict[Band, tuple[int, int]], others: int, row: tuple[tuple[Band, int], ...]
) -> Iterator[float]:
    ranges = [
        range(max(0, limits[band][0] - own), min(others, limits[band][1] - own) + 1)
        for band, own in row
    ]
    total = held = 0
    for counts in product(*ranges):
        ways = worlds(others, counts)
        total += ways
        held += ways * counts[0]
    if total:
        yield held / total / others
