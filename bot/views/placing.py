"""Asking which check a text belongs to."""

from bot.views.messages import message
from bot.views.text import Block, Body, plain_text
from coaching.standing import Standing
from coaching.verdicts import title_of
from coaching.words import Words

MOST = 20
"""Checks offered; with more, the newest."""


def ask_where(waiting: list[tuple[str, Standing]], parked_id: str, words: Words) -> Body:
    """One button for each check that waits; with none, whether to start one."""
    if not waiting:
        start = _button(words.text("notice.options.start"), parked_id, "new", 0)
        no = _button(words.text("notice.options.no"), parked_id, "none", 1)
        return message((words.say("notice.start"),), (_actions([start, no]),))
    buttons = [
        _button(title_of(standing, words), parked_id, check_id, place)
        for place, (check_id, standing) in enumerate(waiting[:MOST])
    ]
    buttons.append(_button(words.text("notice.options.start"), parked_id, "new", len(buttons)))
    return message((words.say("notice.which"),), (_actions(buttons),))


def _actions(buttons: list[Block]) -> Block:
    return {"type": "actions", "elements": buttons}


def _button(label: str, parked_id: str, place: str, number: int) -> Block:
    return {
        "type": "button",
        "action_id": f"place:{number}",
        "text": plain_text(label[:75]),
        "value": f"{parked_id}|{place}",
    }
