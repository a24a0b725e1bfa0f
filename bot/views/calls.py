"""What hangs on a check's call: whether to come back, the reminder, what they said."""

import json
from datetime import datetime

from bot.views.elements import actions, button
from bot.views.fields import Values, Wrong, field, modal, moment, selected_moment, text_input, typed
from bot.views.messages import message
from bot.views.text import Block, Body
from coaching.calls import Tell
from coaching.factors import Factor
from coaching.reading import MAX_TEXT
from coaching.words import Line, Words


def see_you(times: tuple[tuple[str, datetime], ...], check_id: str, words: Words) -> Block:
    """When to come back after a call; each time with its label."""
    buttons = [
        button(label, f"call:see:{place}", f"{check_id}|{at.isoformat()}")
        for place, (label, at) in enumerate(times)
    ]
    no = button(words.text("call.options.no"), "call:no", check_id)
    return actions(*buttons, no)


def reminder(
    lines: tuple[Line, ...], check_id: str, message_id: str, words: Words, mention: str
) -> Body:
    """Before the call; it may have moved or been cancelled."""
    value = f"{check_id}|{message_id}"
    taps = [
        button(words.text(f"call.options.{name}"), f"call:{name}", value)
        for name in ("moved", "cancelled")
    ]
    return message(lines, (actions(*taps),), mention)


def ask_after(lines: tuple[Line, ...], check_id: str, words: Words, mention: str) -> Body:
    """What did they say? Written in the thread or in the form."""
    taps = [
        button(words.text(f"after.options.{name}"), f"call:{name}", check_id)
        for name in ("said", "silent", "moved", "cancelled")
    ]
    return message(lines, (actions(*taps),), mention)


def ask_when(check_id: str, words: Words) -> Body:
    """When is the call that was moved? Given in the form."""
    tap = button(words.text("after.new_time"), "call:moved", check_id)
    return message((words.say("after.moved"),), (actions(tap),))


def ask_factor(
    lines: tuple[Line, ...], factor: Factor, check_id: str, words: Words, mention: str
) -> Body:
    """What did they make of one factor?"""
    taps = [
        button(words.text(f"after.tells.{tell}"), f"call:tell:{tell}", f"{check_id}|{factor}")
        for tell in Tell
    ]
    return message(lines, (actions(*taps),), mention)


def moved_form(words: Words, call_at: datetime | None, check_id: str) -> Body:
    """When is it now?"""
    blocks = [field("moved_to", words.text("form.call.moved_to"), moment(call_at))]
    return modal(words, "call", json.dumps({"check": check_id}), blocks)


def read_moved(values: Values, words: Words, now: datetime) -> datetime:
    """The new time. Raises Wrong when it has passed."""
    moved_to = selected_moment(values, "moved_to")
    if moved_to is None or moved_to < now:
        raise Wrong({"moved_to": words.text("form.call.wrong.past")})
    return moved_to


def heard_form(words: Words, buyer: str, check_id: str) -> Body:
    """What did they say?"""
    element = text_input(MAX_TEXT, hint=words.text("form.heard.said_hint"), long=True)
    blocks = [field("said", words.plain("form.heard.said", buyer=buyer), element)]
    return modal(words, "heard", json.dumps({"check": check_id}), blocks)


def read_heard(values: Values) -> str:
    """Their words."""
    return typed(values, "said")
