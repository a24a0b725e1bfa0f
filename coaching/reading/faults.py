"""Which fault of a sentence is put to the seller, and in which of their own words."""

import re

from coaching.reading.events import Event, Mood, Side
from coaching.reading.lexicon import lexicon
from coaching.reading.reading import Fault, Label
from coaching.reading.sentence import Sentence

Told = tuple[Fault, str]
"""A fault, and the words of the sentence it points at."""

_OUR_PAST = re.compile(
    r"(?<!\w)(?:(?:than|as|from)\s+(?:our|ours|we|it|any|in|the\s+(?:old|one|last|series|stuff))(?!\w)"
    r"|than\s+(?:last|the\s+one)|used to|earlier|previous(?:ly)?|since v|didn['’]t have|old ver)",
    re.I,
)
_TURNS = {"elsewhere": Fault.OUTSIDE, "own_figures": Fault.OUR_HOUSE}


def fault(label: Label, sentence: Sentence, found: tuple[Event, ...]) -> Told:
    """The fault of a sentence that is not supported."""
    match label:
        case Label.CLICHE:
            return _stock(sentence)
        case Label.SELLER_CENTRED:
            return _about_us(sentence)
        case Label.VAGUE:
            return (Fault.POLITE if "V" in sentence.kinds else Fault.VAGUE), sentence.text
    return _unsupported(sentence, found)


def _stock(sentence: Sentence) -> Told:
    phrases = [found[0] for found in lexicon().stock.finditer(sentence.text)]
    return Fault.STOCK, max(phrases, key=len, default=sentence.text)


def _about_us(sentence: Sentence) -> Told:
    if past := _OUR_PAST.search(sentence.text):
        return Fault.OUR_PAST, sentence.text[past.start() :]
    if re.search("k", sentence.kinds) and re.search(r"^[^,]{0,4}O|F|k", sentence.kinds):
        return Fault.PUSH, sentence.text
    return Fault.ABOUT_US, sentence.text


def _unsupported(sentence: Sentence, found: tuple[Event, ...]) -> Told:
    for event in found:
        if told := _of(event, sentence):
            return told, sentence.text[_start(event, sentence) :]
    for turn, told_by in _TURNS.items():
        if lexicon().turns[turn].search(sentence.text):
            return told_by, sentence.text
    if "y" in sentence.kinds and not set(sentence.kinds) & set("YK"):
        return Fault.NOT_COMPARED, sentence.text
    return Fault.NO_SOURCE, sentence.text


def _of(event: Event, sentence: Sentence) -> Fault | None:
    if event.side is Side.OUTSIDE and event.kind in "SAD":
        return Fault.OUTSIDE
    if event.mood is not Mood.REAL and event.kind in "SA":
        return Fault.NOT_YET
    if event.side is Side.OURS and event.kind in "SAD":
        return Fault.TOLD_THEM if _is_to_them(event, sentence) else Fault.OUR_HOUSE
    return None


_TO_THEM = re.compile(r"(?:t\w{0,2}[RC]|h|N)|[^.,:]{0,5}[pv][ht]")


def _is_to_them(event: Event, sentence: Sentence) -> bool:
    ourselves = sentence.kinds[slice(*event.who)] in ("", "O")
    return event.kind != "D" and (ourselves or bool(_TO_THEM.match(sentence.kinds, event.verb + 1)))


def _start(event: Event, sentence: Sentence) -> int:
    """Where the words begin that the fault points at, with the "if" before them."""
    first = min(event.who[0], event.verb) if event.who[0] < event.who[1] else event.verb
    if first and sentence.kinds[first - 1] == "I":
        first -= 1
    return sentence.words[first].start
