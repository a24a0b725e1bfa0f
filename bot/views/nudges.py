"""Nudges, whether they are wanted, and when."""

from collections.abc import Mapping
from typing import Any

from bot.views.calls import button
from bot.views.messages import message
from bot.views.text import Block, Body, plain_text
from coaching.nudges import Text
from coaching.words import Line, Words, plain


def nudge(text: Text, message_id: str, words: Words) -> Body:
    """One line; one way on, now or later; and every way to have it otherwise."""
    reason = text.reason
    value = "|".join((message_id, reason.why, reason.check_id, str(reason.factor or "")))
    start = button(words.text(f"nudge.start.{reason.start}"), "nudge:start", value)
    tomorrow, next_week, fortnight, stop = (
        button(words.text(f"nudge.options.{name}"), f"nudge:{name}", value)
        for name in ("tomorrow", "next", "fortnight", "stop")
    )
    now_or_later = [start | {"style": "primary"}, tomorrow, next_week]
    otherwise = [fortnight, _until(value, words), stop]
    rows = [{"type": "actions", "elements": row} for row in (now_or_later, otherwise)]
    return message((text.line,), tuple(rows))


def _until(value: str, words: Words) -> Block:
    """A calendar; its id carries what a button's value does."""
    return {
        "type": "datepicker",
        "action_id": f"nudge:until:{value}",
        "placeholder": plain_text(words.text("nudge.options.until")),
    }


def last(message_id: str, words: Words) -> Body:
    """The last one, unless it is answered."""
    go_on = button(words.text("nudge.options.resume"), "nudge:resume", f"{message_id}|||")
    return message((words.say("nudge.last"),), ({"type": "actions", "elements": [go_on]},))


def consent(when: str, message_id: str, words: Words) -> tuple[Line, Block]:
    """Whether nudges are wanted, asked once."""
    names = ("yes", "another", "no")
    taps = [button(words.text(f"consent.{name}"), f"cadence:{name}", message_id) for name in names]
    return words.say("consent.ask", when=when), {"type": "actions", "elements": taps}


def untapped(shown: Mapping[str, Any]) -> Body:
    """What a message says as it stands in Slack, without its taps."""
    kept = [
        {name: part for name, part in block.items() if name != "block_id"}
        for block in shown["blocks"]
        if block["type"] == "rich_text"
    ]
    return {"text": shown["text"], "blocks": kept}


def closed_like(shown: Mapping[str, Any], *said: Line) -> Body:
    """A message as it stands in Slack, with what came of its taps in their place."""
    body, came = untapped(shown), plain_text("\n".join(plain(line) for line in said))
    return body | {"blocks": [*body["blocks"], {"type": "context", "elements": [came]}]}
