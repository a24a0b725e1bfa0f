"""Commands with something in them, as whole messages and in no other words.

``nudges monday 9:00``, ``nudges every two weeks``, ``nudges on``, ``pause until 4 Jan``, ``stop``.
Everything else is a plan or an answer: "stop the churn at Halden" is a plan.
"""

import re
from dataclasses import dataclass
from datetime import date

from coaching.words import Words


@dataclass(frozen=True, slots=True)
class NudgesAt:
    """Nudges on that weekday, from Monday, 1, at that time, ``09:00``."""

    weekday: int
    hour: str


@dataclass(frozen=True, slots=True)
class NudgesOn:
    """Nudges when they came before."""


@dataclass(frozen=True, slots=True)
class NudgesEvery:
    """Nudges every so many weeks."""

    weeks: int


@dataclass(frozen=True, slots=True)
class PauseUntil:
    """No nudge before that day."""

    day: date


@dataclass(frozen=True, slots=True)
class Stop:
    """No nudge at all."""


Request = NudgesAt | NudgesOn | NudgesEvery | PauseUntil | Stop

FEW = 3
"""Words after "pause" or "stop" that are hardly a plan yet."""
SEVERAL = 5
"""The same after "nudges", with which no plan begins."""

_NUDGES = re.compile(r"(\w+) (\w+) (.+)")
_TIME = re.compile(r"(\d{1,2})(?:[:.]([0-5]\d))? ?(\D*)")
_UNTIL = re.compile(r"(\w+ \w+) (?:(\d{1,2})\.? (\w+)\.?|(\w+) (\d{1,2}))(?:,? (\d{4}))?")
_ISO = re.compile(r"(\w+ \w+) (\d{4})-(\d\d)-(\d\d)")


def request(text: str, today: date, words: Words) -> Request | None:
    """What a whole message asks for; None when it is something else.

    A date without a year is the next one of that name, seen from ``today``.
    """
    said = " ".join(text.lower().split())
    if words.hears("stop", said):
        return Stop()
    if words.hears("nudges_on", said):
        return NudgesOn()
    for weeks, meaning in enumerate(("nudges_weekly", "nudges_fortnightly"), 1):
        if words.hears(meaning, said):
            return NudgesEvery(weeks)
    return _nudges(said, words) or _pause(said, today, words)


def later(text: str, words: Words) -> str:
    """How a whole message would have the nudge that stands there, as its taps are called:
    ``tomorrow``, ``next`` week, every ``fortnight``; an empty string for other words."""
    names = ("tomorrow", "next", "fortnight")
    return next((name for name in names if words.hears(f"later.{name}", text)), "")


def begun(text: str, words: Words) -> str:
    """The command that a whole message begins and does not complete, or an empty string.

    ``nudges``, ``pause``, ``stop``, or ``thread`` for a word that is one in a thread alone. Only
    what can hardly be a plan: the word with few behind it, or with a time that cannot be read.
    """
    said = " ".join(text.lower().split())
    first, _, rest = said.partition(" ")
    more = len(rest.split())
    until = tuple(f"{heard} " for heard in words.find("hears.pause_until"))
    if f"{said} ".startswith(until) or (words.hears("pause", first) and more <= FEW):
        return "pause"
    if words.hears("stop", first) and more <= FEW:
        return "stop"
    timed = more < FEW and rest[-1:].isdigit()
    if words.hears("nudges", first) and (not rest or timed):
        return "nudges"
    if words.hears("of_nudges", first) and more <= SEVERAL:
        return "nudges"
    in_thread = ("back", "change", "skip", "resume", "cancel")
    return "thread" if any(words.hears(word, said) for word in in_thread) else ""


def half(text: str, words: Words) -> str:
    """The same for what is said to the coach, where "stop it" may be an answer: ``nudges``,
    ``pause``, or an empty string."""
    name = begun(text, words)
    until = tuple(words.find("hears.pause_until"))
    asks = name == "nudges" or " ".join(text.lower().split()).startswith(until)
    return name if asks else ""


def _nudges(said: str, words: Words) -> NudgesAt | None:
    found = _NUDGES.fullmatch(said)
    if not found or not words.hears("nudges", found[1]):
        return None
    weekday = _place(found[2], words.find("when.weekdays"))
    hour = _time(found[3], words)
    return NudgesAt(weekday, hour) if weekday and hour else None


def _time(said: str, words: Words) -> str:
    """A time of day, ``9:00``, ``9 am``, ``noon``, as ``09:00``; else an empty string."""
    if words.hears("noon", said):
        return "12:00"
    found = _TIME.fullmatch(said)
    if not found:
        return ""
    hour, half = int(found[1]), found[3]
    morning, later = words.hears("am", half), words.hears("pm", half)
    if morning or later:
        hour = hour % 12 + 12 * later if 1 <= hour <= 12 else 24
    elif half and not words.hears("oclock", half):
        return ""
    return f"{hour:02}:{found[2] or '00'}" if hour < 24 else ""


def _pause(said: str, today: date, words: Words) -> PauseUntil | None:
    if (iso := _ISO.fullmatch(said)) and words.hears("pause_until", iso[1]):
        return _until(int(iso[2]), int(iso[3]), int(iso[4]))
    found = _UNTIL.fullmatch(said)
    if not found or not words.hears("pause_until", found[1]):
        return None
    day, name = (found[2], found[3]) if found[2] else (found[5], found[4])
    month = _place(name, words.find("calendar.months"))
    if not month:
        return None
    if found[6]:
        return _until(int(found[6]), month, int(day))
    this = _until(today.year, month, int(day))
    return _until(today.year + 1, month, int(day)) if not this or this.day < today else this


def _until(year: int, month: int, day: int) -> PauseUntil | None:
    try:
        return PauseUntil(date(year, month, day))
    except ValueError:
        return None


def _place(said: str, names: list[str]) -> int:
    """Which of these is meant, from 1, by its name or its first three letters or more; else 0."""
    fitting = [
        place
        for place, name in enumerate(names, 1)
        if len(said) >= 3 and name.lower().startswith(said)
    ]
    return fitting[0] if len(fitting) == 1 else 0
