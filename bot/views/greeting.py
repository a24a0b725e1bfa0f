"""What is said before any check: the first words, help, privacy, an example."""

from bot.views.elements import actions, button, primary
from bot.views.messages import message, page
from bot.views.text import Block, Body
from coaching.words import Line, Words, fill, plain


def welcome(words: Words, *, start: bool = True) -> Body:
    """What this is and who could read it; ``start`` offers the form."""
    going_on = (words.say("welcome.next"),) if start else ()
    lines = (words.say("welcome.text"), *going_on, (), words.say("welcome.privacy"))
    names = ("start", "example", "privacy") if start else ("example", "privacy")
    return message(lines, (actions(*(_button(words, name) for name in names)),))


def _button(words: Words, name: str) -> Block:
    element = button(words.text(f"welcome.options.{name}"), f"show:{name}")
    return primary(element) if name == "start" else element


def help_text(words: Words) -> Body:
    """Every command, the words of a thread, and who can see what."""
    rest = (*_about(words), words.say("welcome.privacy"))
    paragraphs = [line for said in rest for line in ((), said)]
    return message((words.say("help.title"), *_commands(words), *paragraphs))


def _commands(words: Words) -> tuple[Line, ...]:
    return tuple(fill(line) for line in words.find("help.commands"))


def _about(words: Words) -> tuple[Line, ...]:
    return words.say("help.thread"), words.say("help.about")


def privacy_text(words: Words) -> Body:
    """Who can see what, in plain words."""
    return message((words.say("privacy.title"), *_lines(words, "privacy")))


def shown(words: Words, name: str) -> Body:
    """``help``, ``privacy``, ``example`` or ``rule`` as a page."""
    lines = (*_commands(words), *_about(words)) if name == "help" else _lines(words, name)
    return page(plain(words.say(f"{name}.title")), lines, words)


def _lines(words: Words, name: str) -> tuple[Line, ...]:
    return tuple(fill(line) for line in words.find(f"{name}.lines"))
