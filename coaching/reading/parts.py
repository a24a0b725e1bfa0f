"""Who said or did it, what, and when."""

import re

from coaching.reading.events import Event, Mood, Side
from coaching.reading.reading import Source
from coaching.reading.sentence import Sentence

_PRONOUNS = ("they", "she", "he", "them", "her", "him", "herself", "himself")
_OPENING = re.compile(r"^[bpv]$")
_RELATIVE = re.compile(r"[RC]T$")
_NEEDS_VERB = re.compile(r"(?:for|to|about|whether|if|of|with)\b", re.I)
_NAMED = re.compile(r"X?,(R?N+)[,:]")


def evidence(sentence: Sentence, found: tuple[Event, ...]) -> Event | None:
    """The first thing that somebody on their side really said or did, or somebody unknown.

    "They asked us to stay, Tom said so": it is Tom's. "Per the minutes of 3 May the board ranked
    us first": the board did it. "The auditor they hired wrote": they wrote nothing.
    """
    kinds = sentence.kinds
    real = [e for e in found if e.kind in "SAD" and e.mood is Mood.REAL and e.who[0] < e.who[1]]
    theirs = [e for e in real if e.side is Side.THEIRS and not _is_aside(kinds, e)]
    if not theirs:
        return next((e for e in real if e.side is Side.UNKNOWN), None)
    first, *later = theirs
    if first.kind == "D" and _OPENING.search(kinds[: first.who[0]]):
        return next((e for e in later if e.kind in "SA" and kinds[e.who[0]] != "T"), first)
    if sentence.words[first.who[0]].low != "they":
        return first
    named = (e for e in later if e.kind == "S" and "N" in kinds[slice(*e.who)])
    return next(named, first)


def _is_aside(kinds: str, event: Event) -> bool:
    """Whether it only says who somebody is: "the auditor they hired"."""
    return bool(_RELATIVE.search(kinds[: event.who[1]]))


def who(sentence: Sentence, event: Event | None, names: tuple[str, ...]) -> str:
    """Those on their side, in the seller's words or by the name in the form."""
    if event is None:
        return ""
    place = event.who
    if "N" not in sentence.kinds[slice(*place)] and (
        named := _NAMED.match(sentence.kinds, place[1])
    ):
        place = named.span(1)  # "my contact there, Stefan, showed me"
    words = sentence.words[slice(*place)]
    said = sentence.text[words[0].start : words[-1].end] if words else ""
    for name in filter(None, names):
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said, re.I):
            return name
    if said.lower() in _PRONOUNS:
        return next(filter(None, names), said)
    return said


def when(sentence: Sentence, event: Event | None) -> str:
    """The date that stands nearest to what they said or did."""
    verb = event.verb if event else 0
    dates = [place for place, kind in enumerate(sentence.kinds) if kind == "d"]
    place = min(dates, key=lambda place: abs(place - verb), default=None)
    return sentence.words[place].text if place is not None else ""


def source(event: Event | None) -> Source:
    """Whether they did it or said it."""
    return Source.DID if event and event.kind == "A" else Source.SAID


def what(sentence: Sentence, event: Event | None, when: str) -> str:
    """The sentence without the words that only say who spoke and when."""
    if event is None or event.kind != "S":
        return sentence.text
    words = sentence.words
    start, verb = words[event.who[0]].start, words[event.verb]
    at = rf"(?:\s*,?\s*(?:on|in|at)?\s*{re.escape(when)}(?:\s+(?:call|meeting))?)?" if when else ""
    if not sentence.text[:start].strip(" ,"):
        head = re.compile(rf"((?:\s+(?:me|us))?){at}\s*(?:that\s|:|,)?\s*", re.I)
        rest = head.match(sentence.text, verb.end)
        said = sentence.text[rest.end() :].strip(" ,;") if rest else ""
        # "asked us to stay" would lose its sense without its verb, and change it without "us".
        if rest and _NEEDS_VERB.match(said):
            return f"{verb.text}{rest[1]} {said}"
        return said or sentence.text
    tail = re.compile(rf"(?:\s+(?:me|us))?(?:\s+so)?{at}\s*[.!]?$", re.I)
    if tail.match(sentence.text, verb.end):
        return sentence.text[:start].strip(" ,;") or sentence.text
    return sentence.text
