"""Prompts, cards and notices as messages: pure functions from coaching values to Block Kit."""

from bot.views.text import Block, Body, fallback, plain_text, rich_text
from coaching.brief import Kind
from coaching.dialogue import Dialogue
from coaching.factors import SHOWN
from coaching.moves import Ask, Reply, Step
from coaching.prompts import Option, Prompt
from coaching.words import Line, Words

MAX_BUTTON = 75


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
    elements = [button(option, check_id, prompt.step) for option in prompt.options]
    numbered = [{**e, "action_id": f"{e['action_id']}:{n}"} for n, e in enumerate(elements)]
    if prompt.kind:
        numbered.append(_kinds(prompt.kind, check_id, words))
    if menu := _menu(prompt, check_id, words):
        numbered.append(menu)
    picking = (_pick(prompt, check_id, words),) if prompt.pick else ()
    actions = ({"type": "actions", "elements": numbered},) if numbered else ()
    return message(prompt.lines, (*picking, *actions), mention)


def answered_message(prompt: Prompt, answer: str) -> Body:
    """A question that has been answered: its taps are gone, what was tapped stays."""
    context = {"type": "context", "elements": [plain_text(f"✓ {answer}")]}
    return message(prompt.lines, (context,) if answer else ())


def card_message(card: Prompt, check_id: str, words: Words) -> Body:
    """The card at the head of the thread."""
    elements = [button(option, check_id, card.step) for option in card.options]
    numbered = [{**e, "action_id": f"{e['action_id']}:{n}"} for n, e in enumerate(elements)]
    for element, option in zip(numbered, card.options, strict=True):
        if option.reply is Reply.CANCEL:
            element["confirm"] = _sure(words)
    actions = ({"type": "actions", "elements": numbered},) if numbered else ()
    return message(card.lines, actions)


def button(option: Option, check_id: str, step: Step) -> Block:
    """A tap; one that opens a form answers nothing by itself."""
    act = "form" if option.form else "tap"
    return {
        "type": "button",
        "action_id": act,
        "text": plain_text(option.label[:MAX_BUTTON]),
        "value": value(check_id, step.key, option.form or option.reply, option.argument),
        **({"style": "primary"} if step.ask is Ask.FILL_IN and option.form else {}),
    }


def _pick(prompt: Prompt, check_id: str, words: Words) -> Block:
    """Several at once; Slack has multi-selects beside a section, not among buttons."""
    select = {
        "type": "multi_static_select",
        "action_id": f"pick:{check_id}:{prompt.step.key}",
        "placeholder": plain_text(words.text("keep.options.pick")),
        "options": [_option(option.label, option.argument) for option in prompt.pick],
    }
    label = plain_text(words.text("keep.options.several"))
    return {"type": "section", "text": label, "accessory": select}


def _kinds(kind: Kind, check_id: str, words: Words) -> Block:
    """The menu that corrects the kind of plan."""
    options = {kind: _option(words.text(f"kind.{kind}.name"), kind) for kind in Kind}
    return {
        "type": "static_select",
        "action_id": f"kind:{check_id}",
        "options": list(options.values()),
        "initial_option": options[kind],
    }


def _option(label: str, chosen: str) -> Block:
    return {"text": plain_text(label[:MAX_BUTTON]), "value": chosen}


def _sure(words: Words) -> Block:
    return {
        "title": plain_text(words.text("card.sure.title")),
        "text": plain_text(words.text("card.sure.text")),
        "confirm": plain_text(words.text("card.sure.yes")),
        "deny": plain_text(words.text("card.sure.no")),
        "style": "danger",
    }


_STILL = (Ask.DONE, Ask.PAUSED, Ask.CANCELLED, Ask.FILL_IN)


def _menu(prompt: Prompt, check_id: str, words: Words) -> Block | None:
    """Back, change, skip, pause, cancel: at every step, out of the way."""
    if prompt.step.ask in _STILL:
        return None
    ways = [
        _option(words.text(f"more.{way}"), value(check_id, prompt.step.key, way))
        for way in ("back", "change", "skip", *(() if prompt.closed else ("pause", "cancel")))
    ]
    return {"type": "overflow", "action_id": "more", "options": ways}


def change_what(dialogue: Dialogue, check_id: str, words: Words) -> Body:
    """The answers that can be changed, each as a button, and the form."""
    step = Step(Ask.DONE)
    factors = [f for f in SHOWN if f in dialogue.standing.asked_factors]
    options = [Option(words.text(f"factor.{f}"), Reply.REOPEN, str(f)) for f in factors]
    options.append(Option(words.text("change_what.brief"), Reply.BRIEF, form="brief"))
    ask = Prompt(step, (words.say("change_what.ask"),), tuple(options))
    return prompt_message(ask, check_id, words)


def notice(words: Words, key: str, **values: str) -> Body:
    """One sentence on what happened and what to do next."""
    return message((words.say(f"notice.{key}", **values),))
