"""Nudges, whether they are wanted, and when."""

from bot.views.elements import actions, button, primary
from bot.views.messages import message
from bot.views.text import Block, Body, plain_text
from coaching.nudges import Text
from coaching.words import Line, Words


def nudge(text: Text, message_id: str, words: Words) -> Body:
    """One line; one way on, now or later; and every way to have it otherwise."""
    reason = text.reason
    value = "|".join((message_id, reason.why, reason.check_id, str(reason.factor or "")))
    start = button(words.text(f"nudge.start.{reason.start}"), "nudge:start", value)
    tomorrow, next_week, fortnight, stop = (
        button(words.text(f"nudge.options.{name}"), f"nudge:{name}", value)
        for name in ("tomorrow", "next", "fortnight", "stop")
    )
    # A calendar has no value: its id carries what a button's value does.
    until = pause_until(f"nudge:until:{value}", words)
    now_or_later = actions(primary(start), tomorrow, next_week)
    return message((text.line,), (now_or_later, actions(fortnight, until, stop)))


def pause_until(action_id: str, words: Words) -> Block:
    """A calendar: no nudge before that day."""
    return {
        "type": "datepicker",
        "action_id": action_id,
        "placeholder": plain_text(words.text("nudge.options.until")),
    }


def last(message_id: str, words: Words) -> Body:
    """The last one, unless it is answered."""
    go_on = button(words.text("nudge.options.resume"), "nudge:resume", f"{message_id}|||")
    return message((words.say("nudge.last"),), (actions(go_on),))


def consent(when: str, message_id: str, words: Words) -> tuple[Line, Block]:
    """Whether nudges are wanted, asked once."""
    names = ("yes", "another", "no")
    taps = [button(words.text(f"consent.{name}"), f"cadence:{name}", message_id) for name in names]
    return words.say("consent.ask", when=when), actions(*taps)
