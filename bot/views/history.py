"""A seller's earlier checks as one message, each with a way to the next call."""

from zoneinfo import ZoneInfo

from bot.thread import Thread
from bot.views.elements import actions
from bot.views.messages import message, tap
from bot.views.text import Block, Body, fallback, rich_text
from coaching.card import entry
from coaching.moves import Ask, Reply, Step
from coaching.prompts import Option, again_label
from coaching.words import Words
from storage import Check

MOST = 8
"""Checks in one message."""


def history_message(words: Words, checks: tuple[Check, ...], place: ZoneInfo) -> Body:
    """The last checks, newest first; their days are those of the place."""
    if not checks:
        return message((words.say("history.none"),))
    title = (words.say("history.title"),)
    blocks = [rich_text(title)]
    for number, check in enumerate(checks[:MOST]):
        blocks += _blocks(words, check, number, place)
    if len(checks) > MOST:
        blocks.append(rich_text((words.say("history.more"),)))
    return {"text": fallback(title), "blocks": blocks}


def _blocks(words: Words, check: Check, number: int, place: ZoneInfo) -> list[Block]:
    dialogue = Thread.load(check.dialogue).dialogue
    day = words.day((check.finished_at or check.started_at).astimezone(place).date())
    again = Option(again_label(dialogue.standing.brief, words), Reply.BRIEF, form="again")
    taps = actions(tap(again, check.id, Step(Ask.DONE), number))
    return [rich_text(entry(dialogue, day, words)), taps]
