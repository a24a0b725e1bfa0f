"""What a team channel reads: five bands and a sixth, and nothing that does not follow from them.

A summary is made of counts, and the counts end here. Bands have at least three counts at either
end, so that one who knows their own answers, and who took part, cannot read anybody else's
(`docs/privacy.md` has the rule and the attacks on it).
"""

from dataclasses import dataclass
from enum import StrEnum

from coaching.factors import ASKED, Factor

MINIMUM = 5
"""The fewest sellers of whom a summary may speak. A channel may ask for more, never for less."""
NAMED = 2
"""Factors that may share the lowest band and still be named; more of them do not stand out."""


class Band(StrEnum):
    """How many of those who took part, from few to many."""

    FEWER = "fewer"
    AROUND = "around"
    MORE = "more"


_ORDER = tuple(Band)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted when a period closed, one vote a seller.

    ``held`` counts those for whom each factor holds, in the order of `ASKED`; ``gap`` those with
    at least half of their yeses unsupported.
    """

    voters: int
    held: tuple[int, int, int, int, int]
    gap: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is published: a band for each factor, in the order of `ASKED`, and one for the gap."""

    bands: tuple[Band, Band, Band, Band, Band]
    gap: Band

    @property
    def lowest(self) -> tuple[Factor, ...]:
        """The one or two factors that stand alone in the lowest band printed, if so few do."""
        bottom = self._bottom
        return bottom if len(bottom) <= NAMED else ()

    @property
    def work_on(self) -> Factor:
        """What the practice and the question are about."""
        return self._bottom[0]

    @property
    def _bottom(self) -> tuple[Factor, ...]:
        least = min(self.bands, key=_ORDER.index)
        return self.within(least) if set(self.bands) != {least} else ASKED

    def within(self, band: Band) -> tuple[Factor, ...]:
        """The factors in a band, those that decide first."""
        return tuple(factor for factor, of in zip(ASKED, self.bands, strict=True) if of is band)


def band(count: int, voters: int) -> Band:
    """The band of a count among at least `MINIMUM` voters.

    Both ends hold three counts or more: an insider who takes away their own answer is left with
    at least two that differ for everybody else.
    """
    end = max(2, (voters - 1) // 3)
    if count <= end:
        return Band.FEWER
    return Band.MORE if count >= voters - end else Band.AROUND


def summarise(tally: Tally, minimum: int) -> Summary | None:
    """The summary of a period that has closed; None when fewer than ``minimum`` took part."""
    if tally.voters < max(MINIMUM, minimum):
        return None
    value, risk, ease, offering, commercials = (band(c, tally.voters) for c in tally.held)
    return Summary((value, risk, ease, offering, commercials), band(tally.gap, tally.voters))
