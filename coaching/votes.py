"""Which checks a team summary may count, when, and what each of them adds.

Every rule here keeps one promise. The answers of one summary are in no other, so no two of them
can be subtracted; a seller speaks once in each, and of each buyer once for ever; nothing counts
that was said before they joined, or to another channel. What a period holds depends on who took
part, never on what they said.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from coaching.brief import Length
from coaching.cadence import DAY, moment
from coaching.factors import ASKED, Factor, State
from coaching.standing import Standing
from coaching.summary import MINIMUM

LONGEST = timedelta(weeks=4)
"""How long an answer waits for enough others; then it is never counted."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one check adds: five times whether it holds, and whether its yeses stand alone."""

    held: frozenset[Factor]
    gap: bool


def ballot(standing: Standing) -> Ballot | None:
    """The vote of a check as it stands; None if it has none.

    One minute is too short for a verdict, a buyer without a name cannot be told from the last one,
    before the first verdict nothing is certain, and what was carried over from an earlier check was
    said when that one was: perhaps before its seller had joined.
    """
    brief = standing.brief
    named = bool(brief.person.strip() or brief.company.strip())
    complete = brief.length is Length.FIVE and standing.closed
    if not (complete and named) or standing.carries:
        return None
    states = [standing.states[factor] for factor in ASKED]
    held = frozenset(f for f in ASKED if standing.states[f] is State.HELD)
    yeses = sum(state in (State.HELD, State.HEARD, State.CLAIMED) for state in states)
    return Ballot(held, gap=0 < yeses <= 2 * states.count(State.CLAIMED))


@dataclass(frozen=True, slots=True)
class Weekly:
    """A day of the week (Monday is 1) and an hour, where the channel is."""

    weekday: int
    hour: int
    zone: str

    def next(self, after: datetime) -> datetime:
        """The first such moment later than ``after``, in UTC."""
        place = ZoneInfo(self.zone)
        local = after.astimezone(place).date()
        day = local + DAY * ((self.weekday - local.isoweekday()) % 7)
        at = moment(day, time(self.hour), place)
        return at if at > after else moment(day + 7 * DAY, time(self.hour), place)


@dataclass(frozen=True, slots=True)
class Period:
    """The open period of a channel, and the rules in force. All times are aware.

    ``since``: the close of the last summary published, or the set-up. ``closes``: the next close.
    """

    weekly: Weekly
    minimum: int
    since: datetime
    closes: datetime

    @classmethod
    def begin(cls, weekly: Weekly, minimum: int, now: datetime) -> "Period":
        """The first period of a channel; ``ValueError`` for a minimum under five."""
        return cls(weekly, _allowed(minimum), now, weekly.next(now))

    @property
    def counts_from(self) -> datetime:
        """What was finished later than this is counted at the close."""
        return max(self.since, self.closes - LONGEST)

    def closing_of(
        self, finished_at: datetime, joined_at: datetime, now: datetime
    ) -> datetime | None:
        """The close by which a check is counted; None if it is not, or not any more.

        A period ends at its close, also while nobody has counted it yet: what is finished later
        belongs to the next one, and what was said stays as it stood.
        """
        if finished_at <= max(joined_at, self.counts_from):
            return None
        if now < self.closes:
            return self.closes
        return self.weekly.next(finished_at) if finished_at >= self.closes else None

    def close(self, *, published: bool) -> "Period":
        """The next period; what was not published waits, so that it is longer."""
        since = self.closes if published else self.since
        return replace(self, since=since, closes=self.weekly.next(self.closes))

    def change(self, weekly: Weekly, minimum: int, now: datetime) -> "Period":
        """Other settings; the close that is set already stays.

        A lower minimum is for what is answered afterwards only: its period begins anew.

        Raises:
            ValueError: a minimum under five.
        """
        since = now if _allowed(minimum) < self.minimum else self.since
        return replace(self, weekly=weekly, minimum=minimum, since=since)


def _allowed(minimum: int) -> int:
    if minimum < MINIMUM:
        raise ValueError(f"no summary speaks of fewer than {MINIMUM} sellers")
    return minimum
