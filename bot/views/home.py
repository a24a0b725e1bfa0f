"""App Home: the next thing first, then all there is, then every setting. For its owner alone."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.views.cadence import setting_lines, time_of
from bot.views.elements import actions, button, choose, context, option, primary
from bot.views.nudges import pause_until
from bot.views.team import about_channel
from bot.views.text import Block, Body, plain_text, rich_text
from coaching.cadence import Cadence, Nudges
from coaching.calibration import calibration_lines, outcomes
from coaching.calls import Seen, after_line
from coaching.moves import Ask
from coaching.nudges import PROMISED, Checked, settled_guesses
from coaching.phrases import short
from coaching.prompts import change_line
from coaching.verdicts import marks_line, title_of
from coaching.when import when, zone_name
from coaching.words import LANGUAGES, Line, Span, Words, with_capital

MOST = 5
"""Entries of a list."""


@dataclass(frozen=True, slots=True)
class Home:
    """What is shown of one seller: their checks, newest first, and when a nudge is due.

    ``team`` is the channel whose summary they take part in, or empty; ``set_it_up`` that they
    set that one up.
    """

    history: tuple[Checked, ...]
    cadence: Cadence
    nudge_at: datetime | None
    now: datetime
    language: str = "en"
    team: str = ""
    set_it_up: bool = False

    @property
    def waiting(self) -> list[Checked]:
        """Those after whose call the seller was asked lately and has not told yet."""
        asked = (past for past in self.history if past.seen is Seen.ASKED)
        return [past for past in asked if past.ask_at and self.now - past.ask_at < PROMISED]

    @property
    def coming(self) -> list[Checked]:
        """Those whose call is still to come, the next one first and cancelled ones last."""
        own = (past for past in self.history if past.seen is not Seen.OVERTAKEN)
        calls = [p for p in own if p.call_at and p.call_at > self.now]
        return sorted(calls, key=lambda p: (p.seen is Seen.CANCELLED, p.call_at or self.now))

    @property
    def meets_today(self) -> bool:
        """Whether there is a call on this day, where the seller is."""
        place = self.cadence.place
        days = [
            past.call_at.astimezone(place).date()
            for past in self.coming
            if past.call_at and past.seen is not Seen.CANCELLED
        ]
        return self.now.astimezone(place).date() in days

    @property
    def under_way(self) -> list[Checked]:
        """Those with a question open."""
        return [p for p in self.history if p.standing.step().ask is not Ask.DONE]

    @property
    def pause(self) -> date | None:
        """The day until which no nudge comes."""
        return self.cadence.pause(self.now.astimezone(self.cadence.place).date())

    @property
    def finished(self) -> list[Checked]:
        """Those that came to their end once."""
        return [past for past in self.history if past.finished_at]


def home_view(home: Home, words: Words) -> Body:
    """The whole tab."""
    blocks = [
        context(words.text("home.private")),
        *_next(home, words),
        *_under_way(home, words),
        *_plans(home, words),
        *_answers(home, words),
        *_honest(home, words),
        *_settings(home, words),
    ]
    return {"type": "home", "blocks": blocks}


def _head(words: Words, name: str) -> list[Block]:
    return [{"type": "divider"}, {"type": "header", "text": plain_text(words.text(f"home.{name}"))}]


# the next thing


def _next(home: Home, words: Words) -> list[Block]:
    """One thing, and the tap that starts it."""
    new = button(words.text("home.options.start"), "show:start", "start")
    if home.waiting and not home.meets_today:
        past = home.waiting[0]
        tell = button(words.text("after.options.said"), "call:said", past.check_id)
        return [rich_text((after_line(past.standing, words),)), actions(primary(tell), new)]
    if home.coming:
        past = home.coming[0]
        go_on = [primary(_go_on(past, words))] if past in home.under_way else []
        names = ["moved"] if past.seen is Seen.CANCELLED else ["moved", "cancelled"]
        taps = [
            button(words.text(f"call.options.{name}"), f"call:{name}", past.check_id)
            for name in names
        ]
        return [rich_text(_call_lines(past, home, words)), actions(*go_on, *taps, new)]
    key = "home.next_check" if home.history else "home.first"
    return [rich_text((words.say(key),)), actions(primary(new))]


def _go_on(past: Checked, words: Words) -> Block:
    return button(words.text("card.options.continue"), "home:continue", past.check_id)


def _call_lines(past: Checked, home: Home, words: Words) -> tuple[Line, ...]:
    assert past.call_at is not None
    said = when(past.call_at, home.now, home.cadence.place, words)
    values = {
        "when": with_capital(said),
        "zone": zone_name(home.cadence.place, words),
        "name": title_of(past.standing, words),
    }
    lead = words.say("home.call", **values)
    if past.seen is Seen.CANCELLED:
        return (lead, words.say("call.options.cancelled"))
    if past.standing.change and past.standing.change_settled:
        return (lead, change_line(past.standing.change, past.standing, words))
    return (lead,)


# lists


def _under_way(home: Home, words: Words) -> list[Block]:
    checks = [past for past in home.under_way if past not in home.coming[:1]]
    if not checks:
        return []
    blocks = _head(words, "open")
    for past in checks[:MOST]:
        plan = short(past.standing.brief.plan, 80)
        line = words.say("home.plan", name=title_of(past.standing, words), plan=plan)
        blocks += [rich_text((line,)), actions(_go_on(past, words))]
    return blocks


def _plans(home: Home, words: Words) -> list[Block]:
    if not home.finished:
        return []
    blocks = _head(words, "plans")
    for past in home.finished[:MOST]:
        blocks.append(rich_text(_plan(past, home, words)))
    return blocks if len(home.finished) <= MOST else [*blocks, actions(_own("history", words))]


def _plan(past: Checked, home: Home, words: Words) -> tuple[Line, ...]:
    plan = short(past.standing.brief.plan, 80)
    name = words.say("home.plan", name=title_of(past.standing, words), plan=plan)
    assert past.finished_at is not None
    day = words.day(past.finished_at.astimezone(home.cadence.place).date())
    return ((*name, Span(f" · {day}")), marks_line(past.standing, words))


def _answers(home: Home, words: Words) -> list[Block]:
    """Guesses that became answers, by what the buyer said."""
    told = [
        words.say(
            "home.answer",
            factor=words.text(f"factor.{factor}"),
            name=title_of(past.standing, words),
            tell=words.text(f"after.tells.{dict(past.heard.tells)[factor]}").lower(),
        )
        for past in home.history
        for factor in settled_guesses(past)
    ]
    return [*_head(words, "answers"), rich_text(tuple(told[: 2 * MOST]))] if told else []


def _honest(home: Home, words: Words) -> list[Block]:
    if not home.finished:
        return []
    lines = calibration_lines(home.history, words)
    if not lines:
        lines = (words.say("honest.few", count=str(outcomes(home.history))),)
    return [*_head(words, "honest"), rich_text(lines)]


# settings


def _settings(home: Home, words: Words) -> list[Block]:
    cadence = home.cadence
    on = cadence.nudges is Nudges.ON
    change = button(words.text("home.options.change"), "cadence:change", "change")
    name, wish = ("stop", "no") if on else ("nudges", "on")
    turn = button(words.text(f"home.options.{name}"), "home:nudges", wish)
    who = button(words.text("welcome.options.privacy"), "show:privacy", "privacy")
    in_words = button(words.text("home.options.help"), "show:help", "help")
    own = [_own(name, words) for name in ("export", "forget")]
    pause = _pause(home.pause, words) if on else []
    return [
        *_head(words, "settings"),
        rich_text(_setting_lines(home, words)),
        actions(change, turn, *pause, _languages(home.language)),
        *_team(home, words),
        rich_text((words.say("home.kept"),)),
        actions(who, in_words, *own),
    ]


def _team(home: Home, words: Words) -> list[Block]:
    """What goes to the team, and the way to one's own part in it; or how a team begins."""
    if not home.team:
        return [rich_text((words.say("home.no_team"),)), actions(_pick_channel(words))]
    taps = [button(words.text("team.your_part"), "team:open", home.team)]
    if home.set_it_up:
        taps += [button(words.text("home.options.team_settings"), "team:settings", home.team)]
    return [*about_channel(words.say("home.team"), home.team)["blocks"], actions(*taps)]


def _pick_channel(words: Words) -> Block:
    """Slack offers each reader the channels they see; which fit is looked at when one is chosen."""
    return {
        "type": "conversations_select",
        "action_id": "team:pick",
        "placeholder": plain_text(words.text("home.options.channel")),
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }


def _own(name: str, words: Words) -> Block:
    return button(words.text(f"home.options.{name}"), f"home:{name}", name)


def _pause(until: date | None, words: Words) -> list[Block]:
    """The way into a pause, and out of it."""
    picker = pause_until("home:pause", words)
    if until is None:
        return [picker]
    go_on = button(words.text("home.options.resume"), "home:resume", "on")
    return [go_on, picker | {"initial_date": until.isoformat()}]


def _languages(spoken: str) -> Block:
    options = [option(name, code) for code, name in LANGUAGES.items()]
    return choose("static_select", options, spoken) | {"action_id": "home:language"}


def _setting_lines(home: Home, words: Words) -> tuple[Line, ...]:
    cadence = home.cadence
    nudges = words.text("home.no_nudges")
    if cadence.nudges is Nudges.ON:
        every = words.text(f"cadence.every_{cadence.every}")
        at = home.nudge_at
        planned = when(at, home.now, cadence.place, words) if at else words.text("nudge.none")
        values = {"time": time_of(cadence, words), "every": every, "next": planned}
        nudges = words.plain("home.nudges", **values)
        if home.pause:
            nudges = words.plain("home.paused", day=words.day(home.pause), **values)
    return (
        words.say("home.line", name=words.text("home.label.nudges"), value=nudges),
        *setting_lines(cadence, words),
    )
