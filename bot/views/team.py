"""Team summaries as messages and forms. What stands in a channel is made from an `Announcement`,
which has no room for anything that a person wrote."""

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.views.elements import actions, button, choose, option
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
from bot.views.messages import message, page
from bot.views.text import Block, Body, plain_text, rich_text
from coaching.cadence import zone_of
from coaching.factors import SHOWN
from coaching.phrases import join
from coaching.summaries import headline, thread, too_few
from coaching.summary import MINIMUM
from coaching.votes import Ballot, Period, Weekly
from coaching.when import when, zone_name
from coaching.words import Line, Words, plain
from storage import Announcement, Channel, Kind, Membership

MINIMA = (*range(MINIMUM, 13), 15, 20, 30)
HOURS = range(24)


# in the channel


def announcement_message(announcement: Announcement, words: Words) -> Body:
    """What is posted, from its kind and its bands."""
    return message(_announced(announcement, words), _taps(announcement.kind, words))


def _announced(announcement: Announcement, words: Words) -> tuple[Line, ...]:
    summary, day = announcement.summary, announcement.day
    minimum = str(announcement.minimum)
    match announcement.kind:
        case Kind.SET_UP:
            return (words.say("summary.announced", minimum=minimum),)
        case Kind.LOWERED:
            return (words.say("summary.lowered", minimum=minimum),)
        case Kind.STOPPED:
            return (words.say("summary.stopped"),)
        case Kind.TOO_FEW:
            return (too_few(day, words),)
    assert summary is not None
    if announcement.kind is Kind.THREAD:
        return thread(summary, day, announcement.minimum, words)
    return (headline(summary, words, first=announcement.kind is Kind.FIRST),)


def _taps(kind: Kind, words: Words) -> tuple[Block, ...]:
    if kind not in (Kind.SET_UP, Kind.THREAD):
        return ()
    part = button(words.text("summary.take_part"), "team:open")
    rule = button(words.text("summary.rule"), "show:rule")
    return (actions(part, rule),)


# to one person


def about_channel(line: Line, channel: str) -> Body:
    """A line that ends with a channel's name, as Slack knows it."""
    body = rich_text((line,))
    elements = body["elements"][0]["elements"]
    elements[-1]["text"] += " "
    elements.append({"type": "channel", "channel_id": channel})
    return {"text": f"{plain(line)} <#{channel}>", "blocks": [body]}


def membership_message(words: Words, membership: Membership | None) -> Body:
    """Where a seller takes part, with the way out."""
    if membership is None:
        return message((words.say("team.where_out"),))
    channel = membership.channel.id
    body = about_channel(words.say("team.where_in"), channel)
    part = button(words.text("team.your_part"), "team:open", channel)
    return body | {"blocks": [*body["blocks"], actions(part)]}


@dataclass(frozen=True, slots=True)
class Part:
    """One seller's part: what their own check adds, if it does, and where they stand.

    ``joined`` says whether they take part here, ``elsewhere`` that they do in another channel.
    """

    channel: Channel
    adds: Ballot | None
    joined: bool
    elsewhere: bool = False


def part_form(part: Part, words: Words, now: datetime) -> Body:
    """What is shared and what never is, one's own preview, and the way in or out."""
    minimum = str(part.channel.period.minimum)
    lines = [
        words.say("team.shared", minimum=minimum),
        words.say("team.never"),
        (),
        *_preview(part, words),
        (),
        _coming(part, words, now),
    ]
    if part.elsewhere:
        lines.append(words.say("team.elsewhere"))
    lines.append(words.say("team.settings"))
    name = "leave" if part.joined else "join"
    about = json.dumps({"channel": part.channel.id})
    return modal(words, name, about, [rich_text(tuple(lines))])


def _preview(part: Part, words: Words) -> list[Line]:
    if part.adds is None:
        return [words.say("team.nothing_yet" if part.joined else "team.nothing")]
    held = [words.text(f"factor.{f}").lower() for f in SHOWN if f in part.adds.held]
    lacking = [words.text(f"factor.{f}").lower() for f in SHOWN if f not in part.adds.held]
    lines = [words.say("team.adds" if part.joined else "team.would")]
    if held:
        lines.append(words.say("team.could", factors=join(held, words, "list_plain")))
    if lacking:
        lines.append(words.say("team.could_not", factors=join(lacking, words, "list_plain")))
    lines.append(words.say("team.gap" if part.adds.gap else "team.no_gap"))
    return lines


def _coming(part: Part, words: Words, now: datetime) -> Line:
    key = "team.next" if part.joined else "team.counts"
    return words.say(key, when=closes(part.channel.period, words, now))


def closes(period: Period, words: Words, now: datetime) -> str:
    """When the period closes, where the channel is."""
    place = ZoneInfo(period.weekly.zone)
    return f"{when(period.closes, now, place, words)}, {zone_name(place, words)}"


def told(words: Words, key: str, **values: str) -> Body:
    """One sentence in the place of a form."""
    return page(words.text("form.join.title"), (words.say(f"team.{key}", **values),), words)


# settings


@dataclass(frozen=True, slots=True)
class Settings:
    """A form of settings, filled in; ``stop`` goes before all else."""

    weekly: Weekly
    minimum: int
    silent: bool
    stop: bool


def settings_form(
    channel_id: str, channel: Channel | None, zone: str, words: Words, *, general: bool
) -> Body:
    """Day, hour, zone, minimum; to begin with, or to change what is there."""
    say = words.text
    period = channel.period if channel else None
    weekly = period.weekly if period else Weekly(5, 16, zone or "UTC")
    silent = "nothing" if channel and channel.silent else "text"
    hours = [option(f"{hour}:00", str(hour)) for hour in HOURS]
    minima = [option(str(n), str(n)) for n in MINIMA]
    ways = [option(say(f"form.team.silent_option.{name}"), name) for name in ("text", "nothing")]
    minimum = menu("team", "minimum", minima, str(_minimum(period)), words)
    minimum["hint"] = plain_text(say("form.team.minimum_hint"))
    blocks = [
        menu("team", "weekday", weekdays(words), str(weekly.weekday), words),
        menu("team", "hour", hours, str(weekly.hour), words),
        field("zone", say("form.team.zone"), text_input(60, weekly.zone)),
        minimum,
        field("silent", say("form.team.silent"), choose("radio_buttons", ways, silent)),
    ]
    if general and channel is None:
        blocks.append(_tick("sure", words))
    if channel is not None:
        blocks.append(_tick("stop", words))
    about = {"channel": channel_id, "new": channel is None}
    return modal(words, "team", json.dumps(about), blocks)


def _minimum(period: Period | None) -> int:
    return period.minimum if period else MINIMUM


def _tick(name: str, words: Words) -> Block:
    box = choose("checkboxes", [option(words.text(f"form.team.{name}_option.yes"), "yes")])
    return field(name, words.text(f"form.team.{name}"), box, optional=True)


def read_settings(values: Values, words: Words, *, general: bool) -> Settings:
    """What was chosen.

    Raises:
        Wrong: for a zone that does not exist, a minimum under five, or #general without the tick.
    """
    zone = typed(values, "zone")
    minimum = int(selected(values, "minimum"))
    if zone_of(zone) is None:
        raise Wrong({"zone": words.text("team.wrong.zone")})
    if minimum < MINIMUM:
        raise Wrong({"minimum": words.text("form.team.minimum_hint")})
    if general and not ticked(values, "sure"):
        raise Wrong({"sure": words.text("team.wrong.general")})
    weekly = Weekly(int(selected(values, "weekday")), int(selected(values, "hour")), zone)
    silent = selected(values, "silent") == "nothing"
    return Settings(weekly, minimum, silent, bool(ticked(values, "stop")))
