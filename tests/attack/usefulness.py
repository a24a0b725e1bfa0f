"""What is left to a team after all the rules: honest sellers, simulated.

Each team has five true rates, how often a factor holds with a buyer, drawn from Beta(2, 2); every
seller takes part in a week or not, and answers truly. Sellers who took part in any week since the
last summary are counted once, as the product counts them.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from coaching.factors import ASKED, Factor
from coaching.summary import MINIMUM, Band, Summary, Tally, summarise
from coaching.votes import LONGEST

TEAMS, WEEKS = 400, 26
PARTS = (0.5, 0.7, 0.9)
LONGEST_WEEKS = LONGEST.days // 7

Name = Callable[[Tally, Summary], tuple[Factor, ...]]
"""Which factors are named as the lowest."""


@dataclass(slots=True)
class Use:
    """Out of so many closes: summaries; of these, those that named one or two factors, and those
    in which the truly weakest was among them."""

    closes: int = 0
    summaries: int = 0
    one: int = 0
    two: int = 0
    right_of_one: int = 0
    right_of_two: int = 0


def as_published(tally: Tally, summary: Summary) -> tuple[Factor, ...]:
    """What the product names."""
    return summary.lowest


def only_alone(tally: Tally, summary: Summary) -> tuple[Factor, ...]:
    """One factor or none."""
    return summary.lowest if len(summary.lowest) == 1 else ()


def in_two_bands(tally: Tally, summary: Summary) -> tuple[Factor, ...]:
    """With two bands in the place of three: fewer than half, or not."""
    fewer = summary.within(Band.FEWER)
    return fewer if len(fewer) <= 2 else ()


def by_count(tally: Tally, summary: Summary) -> tuple[Factor, ...]:
    """By the count itself, which is not safe."""
    least = min(tally.held)
    lowest = tuple(f for f, count in zip(ASKED, tally.held, strict=True) if count == least)
    return lowest if len(lowest) == 1 else ()


def by_count_where_safe(tally: Tally, summary: Summary) -> tuple[Factor, ...]:
    """By the count where the lowest band is wide enough for it, else by the bands."""
    end = max(2, (tally.voters - 1) // 3)
    wide = end >= 3 or summary.bands[ASKED.index(summary.work_on)] is Band.AROUND
    return (wide and by_count(tally, summary)) or summary.lowest


def simulate(size: int, part: float, name: Name = as_published) -> Use:
    """Half a year of many teams of one size, of whom so large a part takes part each week."""
    chance = random.Random(f"{size} {part}")
    use = Use()
    for _ in range(TEAMS):
        rates = [chance.betavariate(2, 2) for _ in ASKED]
        weakest = ASKED[rates.index(min(rates))]
        for tally, summary in _half_a_year(chance, size, part, rates, use):
            use.summaries += 1
            named = name(tally, summary)
            use.one += len(named) == 1
            use.two += len(named) == 2
            use.right_of_one += len(named) == 1 and weakest in named
            use.right_of_two += len(named) == 2 and weakest in named
    return use


def _half_a_year(
    chance: random.Random, size: int, part: float, rates: list[float], use: Use
) -> Iterator[tuple[Tally, Summary]]:
    waiting: dict[int, tuple[int, list[bool]]] = {}
    for week in range(WEEKS):
        use.closes += 1
        for seller in range(size):
            if chance.random() < part:
                waiting[seller] = week, [chance.random() < rate for rate in rates]
        answers = [held for since, held in waiting.values() if since > week - LONGEST_WEEKS]
        o, c, v, r, e = (sum(held) for held in zip(*answers, strict=True)) if answers else (0,) * 5
        tally = Tally(len(answers), (o, c, v, r, e), 0)
        if summary := summarise(tally, MINIMUM):
            waiting.clear()
            yield tally, summary
