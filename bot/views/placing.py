"""Asking which check a text belongs to."""

from bot.views.elements import actions, button
from bot.views.messages import message
from bot.views.text import Body
from coaching.standing import Standing
from coaching.verdicts import title_of
from coaching.words import Words

MOST = 20
"""Checks offered; with more, the newest."""


def ask_where(waiting: list[tuple[str, Standing]], parked_id: str, words: Words) -> Body:
    """One button for each check that waits; with none, whether to start one."""
    start = (words.text("notice.options.start"), "new")
    asked, places = "notice.start", [start, (words.text("notice.options.no"), "none")]
    if waiting:
        checks = [(title_of(standing, words), check_id) for check_id, standing in waiting[:MOST]]
        asked, places = "notice.which", [*checks, start]
    buttons = [
        button(label, f"place:{number}", f"{parked_id}|{place}")
        for number, (label, place) in enumerate(places)
    ]
    return message((words.say(asked),), (actions(*buttons),))
