"""Times in words: always of one place, which is named beside them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from coaching.words import Words

SOON = timedelta(days=6)


def clock_time(at: datetime, place: ZoneInfo) -> str:
    """The time of day there: ``9:00``."""
    local = at.astimezone(place)
    return f"{local.hour}:{local.minute:02}"


def when(at: datetime, now: datetime, place: ZoneInfo, words: Words, form: str = "when") -> str:
    """A moment as it is said now: ``13:00``, ``tomorrow 9:00``, ``Monday 9:00``, a date.

    Args:
        form: where its wordings stand.
    """
    day, today = at.astimezone(place).date(), now.astimezone(place).date()
    values = {
        "time": clock_time(at, place),
        "weekday": weekday_name(day.isoweekday(), words),
        "day": str(day.day),
        "month": words.find("calendar.months")[day.month - 1],
        "zone": zone_name(place, words),
    }
    if day == today:
        return words.plain(f"{form}.today", **values)
    if day == today + timedelta(days=1):
        return words.plain(f"{form}.tomorrow", **values)
    near = timedelta(0) < day - today <= SOON
    return words.plain(f"{form}.{'weekday' if near else 'date'}", **values)


def weekday_name(weekday: int, words: Words) -> str:
    """``Monday`` for 1."""
    return str(words.find("when.weekdays")[weekday - 1])


def zone_name(place: ZoneInfo, words: Words) -> str:
    """``Berlin time``, for Europe/Berlin."""
    city = str(place).rpartition("/")[2].replace("_", " ")
    return words.plain("when.zone", city=city)
