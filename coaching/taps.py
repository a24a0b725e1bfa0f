"""A tap as the answer it gives: on a button, or its label typed as a whole message."""

from coaching.dialogue import Dialogue
from coaching.factors import Factor
from coaching.moves import Move, Reply, Step
from coaching.prompts import prompt
from coaching.words import Words


def tap(step: Step, reply: Reply, argument: str = "") -> Move:
    """The move that a tap makes; ``argument`` names a factor, or choices joined by bars."""
    if reply is Reply.BETTER:
        return Move(step, reply, choices=tuple(filter(None, argument.split("|"))))
    if reply in (Reply.WIN, Reply.REOPEN):
        return Move(step, reply, factor=Factor(argument))
    return Move(step, reply)


def typed_tap(dialogue: Dialogue, text: str, words: Words) -> Move | None:
    """The tap whose label a whole message is: "Keep it", "I believe so"; None for other words."""
    asked = prompt(dialogue, words)
    said = _bare(text)
    found = (o for o in asked.options if not o.form and _bare(o.label) == said)
    option = next(found, None)
    return tap(asked.step, option.reply, option.argument) if option else None


def _bare(label: str) -> str:
    return " ".join(label.casefold().replace("’", "'").split()).rstrip(".")
