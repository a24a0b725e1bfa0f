"""What somebody means who writes after a call: a tap in words, an aside, or what was said there."""

import re
from dataclasses import replace
from datetime import datetime

from coaching.cadence import DAY, MORNING, Cadence, moment, monday_of, next_morning
from coaching.calls import Heard, Tell
from coaching.grammar import later
from coaching.moves import Said
from coaching.words import Words


def typed_tell(text: str, words: Words) -> Tell | None:
    """The tap that a whole message is: "agreed", "no", "it didn't come up"."""
    return next((tell for tell in Tell if words.hears(f"tell.{tell}", text)), None)


def unended(text: str) -> str:
    """A message as its words are heard, "Thanks!" as "Thanks"."""
    return text.rstrip(" .!")


def read_tell(text: str, words: Words) -> tuple[Tell | None, str]:
    """The tap a message is or begins with, and what it says besides: "no, she thinks Acme is
    safer". Of a yes or no before a tap, "no, it didn't come up", the tap counts. None when it
    begins with none, or with two that contradict each other."""
    if is_aside(text, words):
        return _answer(unended(text), words), ""
    tell, rest = _led(text, words)
    second, more = _led(rest, words)
    return (second, _besides(more, words)) if second else (tell, _besides(rest, words))


def _led(text: str, words: Words) -> tuple[Tell | None, str]:
    """The tap before all else, and the rest; a comma parts them, or the buyer: "yes she did"."""
    if tell := _answer(unended(text), words):
        return tell, ""
    if (parted := _PARTED.fullmatch(text)) and (tell := _answer(parted[1], words)):
        return tell, parted[2]
    first, _, rest = text.partition(" ")
    if _is_idle(rest.partition(" ")[0], words) and (tell := typed_tell(first, words)):
        return tell, rest
    return None, ""


def _is_contradictory(text: str, words: Words) -> bool:
    """Whether it takes back what it begins with: "yes, she did not"."""
    tell, rest = _led(text, words)
    second, _ = _led(rest, words)
    return bool(tell and second) and second not in (tell, Tell.SILENT)


_PARTED = re.compile(r"(.+?)(?:[,;:!…\n]|\.(?!\s*\d)|\s[-–—]\s)\s*(.+)", re.DOTALL)


def _answer(text: str, words: Words) -> Tell | None:
    if words.hears("yes", text):
        return Tell.AGREED
    return Tell.DISAGREED if words.hears("no", text) else typed_tell(text, words)


def _besides(text: str, words: Words) -> str:
    """What follows a tap, unless it says no more than that."""
    return "" if all(_is_idle(word, words) for word in text.split()) else text


def _is_idle(word: str, words: Words) -> bool:
    return words.hears("tell.idle", word.strip(".,;:!…"))


def correct(heard: Heard, said: Said, words: Words) -> Heard | None:
    """With one message as it was edited, empty when it was deleted; None when it is not quoted.
    What follows the first is quoted without the tap it begins with."""
    sources = [one.source for one in heard.said]
    if said.source not in sources:
        return None
    place = sources.index(said.source)
    tell, besides = read_tell(said.text, words)
    if place and (tell or is_aside(said.text, words)):
        said = replace(said, text=besides)
    return replace(heard, said=(*heard.said[:place], said, *heard.said[place + 1 :]))


def typed_wish(text: str, words: Words) -> bool | None:
    """Whether a whole message wants what was offered: "yes", "no, thanks"; None for other words."""
    if words.hears("yes", text) or words.hears("offer.yes", text):
        return True
    return False if words.hears("no", text) or words.hears("offer.no", text) else None


def typed_later(text: str, cadence: Cadence, now: datetime, words: Words) -> datetime | None:
    """When a whole message would have the question come again, "tomorrow", "not yet", "next
    week": on the next working morning, or the first of next week; None for other words."""
    name = later(text, words)
    if name == "next":
        sunday = monday_of(now, cadence.place) + 6 * DAY
        return next_morning(cadence, moment(sunday, MORNING, cadence.place))
    if name == "tomorrow" or words.hears("tell.later", text):
        return next_morning(cadence, now)
    return None


def is_aside(text: str, words: Words) -> bool:
    """Whether a whole message quotes nobody: a tap in words, or two that contradict each other,
    "not sure", "thanks"."""
    text = unended(text)
    if later(text, words) or typed_tell(text, words) or typed_wish(text, words) is not None:
        return True
    if _is_contradictory(text, words):
        return True
    return any(words.hears(meaning, text) for meaning in _ASIDES)


_ASIDES = ("unsure", "thanks", "tell.later", "tell.moved", "tell.cancelled")
