"""Prompts, cards and notices as messages: pure functions from coaching values to Block Kit."""

from collections.abc import Mapping
from typing import Any

from bot.views.elements import (
    actions,
    answered,
    button,
    choose,
    confirm,
    context,
    option,
    primary,
)
from bot.views.text import Block, Body, fallback, plain_text, rich_text
from coaching.brief import Kind
from coaching.dialogue import Dialogue
from coaching.factors import SHOWN
from coaching.moves import Ask, Reply, Step
from coaching.prompts import Option, Prompt
from coaching.words import Line, Words, plain


def value(check_id: str, step: str, reply: str, argument: str = "") -> str:
    """What a button carries. The check is looked up among the clicking seller's own."""
    return "|".join((check_id, step, reply, argument))


def parse_value(text: str) -> tuple[str, str, str, str]:
    """Check id, step key, reply and argument; ``ValueError`` if it is not one of ours."""
    check_id, step, reply, argument = text.split("|", 3)
    return check_id, step, reply, argument


def message(lines: tuple[Line, ...], blocks: tuple[Block, ...] = (), mention: str = "") -> Body:
    """A message of lines, with blocks under them."""
    return {
        "text": fallback(lines, mention),
        "blocks": [rich_text(lines, mention), *blocks],
    }


def page(title: str, lines: tuple[Line, ...], words: Words) -> Body:
    """Lines as a modal, to be read and closed."""
    return {
        "type": "modal",
        "callback_id": "page",
        "title": plain_text(title),
        "close": plain_text(words.text("example.close")),
        "blocks": [rich_text((line,)) for line in lines],
    }


def prompt_message(prompt: Prompt, check_id: str, words: Words, mention: str = "") -> Body:
    """A question with its taps, and the ways out of it behind a menu."""
    taps = _taps(prompt, check_id)
    if prompt.kind:
        taps.append(_kinds(prompt.kind, check_id, words))
    if menu := _menu(prompt, check_id, words):
        taps.append(menu)
    picking = (_pick(prompt, check_id, words),) if prompt.pick else ()
    return message(prompt.lines, (*picking, *((actions(*taps),) if taps else ())), mention)


def answered_message(lines: tuple[Line, ...], answer: str) -> Body:
    """A question that has been answered: its taps are gone, what was tapped stays."""
    return message(lines, (answered(answer),) if answer else ())


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
    body, came = untapped(shown), context("\n".join(plain(line) for line in said))
    return body | {"blocks": [*body["blocks"], came]}


def card_message(card: Prompt, check_id: str, words: Words) -> Body:
    """The card at the head of the thread."""
    taps = _taps(card, check_id)
    for element, way in zip(taps, card.options, strict=True):
        if way.reply is Reply.CANCEL:
            element["confirm"] = confirm("card.sure", words)
    return message(card.lines, (actions(*taps),) if taps else ())


def _taps(prompt: Prompt, check_id: str) -> list[Block]:
    return [tap(way, check_id, prompt.step, number) for number, way in enumerate(prompt.options)]


def tap(way: Option, check_id: str, step: Step, number: int) -> Block:
    """A button, the ``number``th of its message; one that opens a form answers nothing itself."""
    act = "form" if way.form else "tap"
    carried = value(check_id, step.key, way.form or way.reply, way.argument)
    element = button(way.label, f"{act}:{number}", carried)
    return primary(element) if step.ask is Ask.FILL_IN and way.form else element


def _pick(prompt: Prompt, check_id: str, words: Words) -> Block:
    """Several at once; Slack has multi-selects beside a section, not among buttons."""
    select = {
        "type": "multi_static_select",
        "action_id": f"pick:{check_id}:{prompt.step.key}",
        "placeholder": plain_text(words.text("keep.options.pick")),
        "options": [option(way.label, way.argument) for way in prompt.pick],
    }
    label = plain_text(words.text("keep.options.several"))
    return {"type": "section", "text": label, "accessory": select}


def _kinds(kind: Kind, check_id: str, words: Words) -> Block:
    """The menu that corrects the kind of plan."""
    options = [option(words.text(f"kind.{kind}.name"), kind) for kind in Kind]
    return choose("static_select", options, kind) | {"action_id": f"kind:{check_id}"}


_STILL = (Ask.DONE, Ask.PAUSED, Ask.CANCELLED, Ask.FILL_IN)


def _menu(prompt: Prompt, check_id: str, words: Words) -> Block | None:
    """Back, change, skip, pause, cancel: at every step, out of the way."""
    if prompt.step.ask in _STILL:
        return None
    ways = [
        option(words.text(f"more.{way}"), value(check_id, prompt.step.key, way))
        for way in ("back", "change", "skip", *(() if prompt.closed else ("pause", "cancel")))
    ]
    return {"type": "overflow", "action_id": "more", "options": ways}


def change_what(dialogue: Dialogue, check_id: str, words: Words) -> Body:
    """The answers that can be changed, each as a button, and the form."""
    step = Step(Ask.DONE)
    factors = [f for f in SHOWN if f in dialogue.standing.asked_factors]
    ways = [Option(words.text(f"factor.{f}"), Reply.REOPEN, str(f)) for f in factors]
    ways.append(Option(words.text("change_what.brief"), Reply.BRIEF, form="brief"))
    ask = Prompt(step, (words.say("change_what.ask"),), tuple(ways))
    return prompt_message(ask, check_id, words)


def notice(words: Words, key: str, **values: str) -> Body:
    """One sentence on what happened and what to do next."""
    return message((words.say(f"notice.{key}", **values),))
