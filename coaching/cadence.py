"""When a seller is written to: their weekday and hour, in their zone, on their working days.

A time is a wall time in a zone. One that a change of the clocks leaves out is read with the offset
from before the gap, one that comes twice is its first (as RFC 5545, 3.3.5, reads a local time).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)
MORNING = time(9)
EVENING = time(18)
"""When a working day ends, for all who did not choose a later hour themselves."""
GAP = timedelta(hours=2)
"""From the start of a call until the question what was said there."""


class Nudges(StrEnum):
    """Whether a seller wants a nudge a week."""

    UNASKED = "unasked"
    ASKED = "asked"
    ON = "on"
    NO = "no"
    SILENT = "silent"  # three went unanswered, and the last word was said


@dataclass(frozen=True, slots=True)
class Cadence:
    """What a seller chose, and what Slack says of where they are.

    ``weekday`` counts from Monday, 1; ``hour`` is ``09:00``; ``every`` weeks; ``paused_until`` an
    ISO date or empty; ``workdays`` digits of weekdays; ``reminder`` minutes before a call, 0 for
    none; zones are IANA names, ``own_zone`` going before Slack's. ``ended`` says why the seller
    cannot be reached, if so; ``home`` that their App Home was opened.
    """

    nudges: Nudges = Nudges.UNASKED
    weekday: int = 1
    hour: str = "09:00"
    every: int = 1
    paused_until: str = ""
    workdays: str = "12345"
    reminder: int = 15
    zone: str = ""
    own_zone: str = ""
    looked_at: datetime | None = None
    home: bool = False
    ended: str = ""

    @property
    def place(self) -> ZoneInfo:
        """The zone of their wall times; UTC until it is known."""
        return zone_of(self.own_zone) or zone_of(self.zone) or ZoneInfo("UTC")

    @property
    def wall_time(self) -> time:
        """The time of day they chose."""
        return time.fromisoformat(self.hour)

    @property
    def workday(self) -> int | None:
        """The weekday of nudges: the one chosen, or the next working day of its week, if any."""
        return next((day for day in range(self.weekday, 8) if str(day) in self.workdays), None)

    def pause(self, today: date) -> date | None:
        """The day until which nothing comes; None when there is no such day, or it is there."""
        until = date.fromisoformat(self.paused_until) if self.paused_until else today
        return until if until > today else None

    @property
    def rhythm(self) -> tuple[object, ...]:
        """All that the next nudge is planned by."""
        when = (self.weekday, self.workday, self.hour, self.every, self.paused_until)
        return (self.nudges, self.place, *when)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone of an IANA name; None if there is no such zone."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def moment(day: date, hour: time, place: ZoneInfo) -> datetime:
    """The instant, in UTC, of a wall time."""
    return datetime.combine(day, hour, place).astimezone(UTC)


def week_of(at: datetime, place: ZoneInfo) -> str:
    """The ISO week of an instant where the seller is: ``2026-W48``."""
    year, week, _ = at.astimezone(place).isocalendar()
    return f"{year}-W{week:02}"


def monday_of(at: datetime, place: ZoneInfo) -> date:
    """The first day of that week."""
    day = at.astimezone(place).date()
    return day - (day.isoweekday() - 1) * DAY


def nudge_in(cadence: Cadence, monday: date) -> datetime:
    """When the nudge of a week is due, in UTC."""
    return moment(_day(cadence, monday), cadence.wall_time, cadence.place)


def next_nudge(cadence: Cadence, after: datetime, weeks: int = 0) -> datetime:
    """The first nudge later than ``after``, in that week plus ``weeks`` or later; not in a pause.

    Args:
        after: an aware datetime.
        weeks: 0 for the week of ``after`` itself, 1 for the one behind it.
    """
    monday = monday_of(after, cadence.place) + weeks * 7 * DAY
    paused = date.fromisoformat(cadence.paused_until) if cadence.paused_until else date.min
    while nudge_in(cadence, monday) <= after or _day(cadence, monday) < paused:
        monday += 7 * DAY
    return nudge_in(cadence, monday)


def _day(cadence: Cadence, monday: date) -> date:
    return monday + ((cadence.workday or cadence.weekday) - 1) * DAY


def last_moment(cadence: Cadence, at: datetime) -> datetime:
    """Until when a nudge that was due at ``at`` may come late: within the same working day."""
    local = at.astimezone(cadence.place)
    if local.time() < EVENING:
        return moment(local.date(), EVENING, cadence.place)
    return moment(local.date() + DAY, time(0), cadence.place)


def tomorrow(cadence: Cadence, now: datetime) -> datetime:
    """The hour they chose on the next working day."""
    return moment(_workday_after(cadence, now), cadence.wall_time, cadence.place)


def next_morning(cadence: Cadence, now: datetime) -> datetime:
    """Nine o'clock on the next working day."""
    return moment(_workday_after(cadence, now), MORNING, cadence.place)


def after_call(cadence: Cadence, call_at: datetime) -> datetime:
    """When to ask what was said in a call: two hours later, or the next working morning."""
    asked = call_at + GAP
    local = asked.astimezone(cadence.place)
    working = str(local.isoweekday()) in cadence.workdays
    if working and local.time() <= EVENING:
        return max(asked, moment(local.date(), MORNING, cadence.place))
    return next_morning(cadence, asked)


def _workday_after(cadence: Cadence, now: datetime) -> date:
    day = now.astimezone(cadence.place).date() + DAY
    while str(day.isoweekday()) not in cadence.workdays:
        day += DAY
    return day
