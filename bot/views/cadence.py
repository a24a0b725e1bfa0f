"""The settings of times as a form, and as sentences."""

from dataclasses import replace
from datetime import datetime

from bot.views.elements import choose, option
from bot.views.fields import (
    Values,
    Wrong,
    field,
    menu,
    modal,
    selected,
    text_input,
    ticked,
    typed,
    weekdays,
)
from bot.views.text import Body
from coaching.cadence import Cadence, Nudges, zone_of
from coaching.when import weekday_name, when, zone_name
from coaching.words import Line, Words

REMINDERS = (0, 5, 10, 15, 30, 60)
_WISHED = {Nudges.ON: "on", Nudges.NO: "no"}
"""What the form shows as chosen; nothing for whoever has not chosen, or no more answered."""


def cadence_form(cadence: Cadence, words: Words, *, wanted: bool = False, about: str = "") -> Body:
    """Everything about times; ``wanted`` presets that nudges are, ``about`` comes back with it."""
    say = words.text
    wish = "on" if wanted else _WISHED.get(cadence.nudges, "")
    days = weekdays(words)
    every = [option(say(f"form.cadence.every_option.{n}"), str(n)) for n in (1, 2)]
    reminders = [option(say(f"form.cadence.reminder_option.{n}"), str(n)) for n in REMINDERS]
    wishes = [option(say(f"form.cadence.nudges_option.{name}"), name) for name in ("on", "no")]
    nudges = choose("radio_buttons", wishes, wish)
    hint = words.plain("form.cadence.zone_hint", zone=cadence.zone or "UTC")
    zone = text_input(60, cadence.own_zone, hint)
    hour = {"type": "timepicker", "initial_time": cadence.hour}
    workdays = choose("checkboxes", days, *cadence.workdays)
    blocks = [
        field("nudges", say("form.cadence.nudges"), nudges, optional=True),
        menu("cadence", "weekday", days, str(cadence.weekday), words),
        field("hour", say("form.cadence.hour"), hour),
        menu("cadence", "every", every, str(cadence.every), words),
        menu("cadence", "reminder", reminders, str(cadence.reminder), words),
        field("workdays", say("form.cadence.workdays"), workdays),
        field("zone", say("form.cadence.zone"), zone, optional=True),
    ]
    return modal(words, "cadence", about, blocks)


def read_cadence(values: Values, cadence: Cadence, words: Words) -> Cadence:
    """The settings with what was filled in; of nudges only what was chosen there.

    Raises:
        Wrong: for a zone that does not exist, or a weekday after the last working day.
    """
    zone = typed(values, "zone")
    if zone and zone_of(zone) is None:
        raise Wrong({"zone": words.text("form.cadence.wrong.zone")})
    wish = selected(values, "nudges")
    chosen = replace(
        cadence,
        nudges={"on": Nudges.ON, "no": Nudges.NO}.get(wish, cadence.nudges),
        weekday=int(selected(values, "weekday")),
        hour=values["hour"]["hour"].get("selected_time") or cadence.hour,
        every=int(selected(values, "every")),
        reminder=int(selected(values, "reminder")),
        workdays="".join(sorted(ticked(values, "workdays"))),
        own_zone=zone,
        paused_until=""
        if wish == "on" and cadence.nudges is not Nudges.ON
        else cadence.paused_until,
    )
    if chosen.workday is None:
        day = weekday_name(chosen.weekday, words)
        raise Wrong({"weekday": words.plain("form.cadence.wrong.weekday", weekday=day)})
    return chosen


def time_of(cadence: Cadence, words: Words) -> str:
    """``Monday 9:00 Berlin time``."""
    return words.plain(
        "cadence.time",
        weekday=_weekday(cadence, words),
        hour=_hour(cadence),
        zone=zone_name(cadence.place, words),
    )


def _weekday(cadence: Cadence, words: Words) -> str:
    """The day on which they come: with the chosen one off, the working day after it."""
    return weekday_name(cadence.workday or cadence.weekday, words)


def _hour(cadence: Cadence) -> str:
    return f"{cadence.wall_time.hour}:{cadence.wall_time.minute:02}"


def next_line(at: datetime, cadence: Cadence, now: datetime, words: Words) -> str:
    """When the next one comes."""
    said = f"{when(at, now, cadence.place, words)}, {zone_name(cadence.place, words)}"
    return words.plain("nudge.next", when=said)


def setting_lines(cadence: Cadence, words: Words) -> tuple[Line, ...]:
    """What holds besides nudges: the reminder, the zone, the working days."""
    reminder = "home.reminder" if cadence.reminder else "home.no_reminder"
    own = words.text("home.own_zone" if cadence.own_zone else "home.slack_zone")
    values = {
        "reminder": words.plain(reminder, minutes=str(cadence.reminder)),
        "zone": f"{cadence.place} ({own})",
        "workdays": ", ".join(weekday_name(int(day), words) for day in cadence.workdays),
    }
    return tuple(
        words.say("home.line", name=words.text(f"home.label.{name}"), value=value)
        for name, value in values.items()
    )


def changed(
    before: Cadence, cadence: Cadence, at: datetime | None, now: datetime, words: Words
) -> tuple[Line, ...]:
    """What has become of the settings, and nothing of those that stayed; ``at`` is when the next
    nudge is due."""
    nudges: tuple[Line, ...] = ()
    if cadence.rhythm != before.rhythm:
        still_off = cadence.nudges is before.nudges is not Nudges.ON
        nudges = (_for_later(cadence, words) if still_off else settled(cadence, at, now, words),)
    pairs = zip(setting_lines(before, words), setting_lines(cadence, words), strict=True)
    rest = tuple(line for was, line in pairs if line != was)
    return (*nudges, *rest) or (words.say("cadence.same"),)


def _for_later(cadence: Cadence, words: Words) -> Line:
    every = words.text(f"cadence.every_{cadence.every}")
    return words.say("cadence.later", time=time_of(cadence, words), every=every)


def settled(cadence: Cadence, at: datetime | None, now: datetime, words: Words) -> Line:
    """What holds from now on."""
    if cadence.nudges is not Nudges.ON:
        return words.say("cadence.no")
    until = cadence.pause(now.astimezone(cadence.place).date())
    return words.say(
        "cadence.paused" if until else "cadence.on",
        day=words.day(until) if until else "",
        every=words.text(f"cadence.every_{cadence.every}"),
        weekday=_weekday(cadence, words),
        hour=_hour(cadence),
        zone=zone_name(cadence.place, words),
        next=words.plain("nudge.next", when=when(at, now, cadence.place, words)) if at else "",
    )
