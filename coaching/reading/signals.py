"""What speaks for and against a sentence, as named signals."""

import re
from collections.abc import Iterator
from itertools import pairwise

from coaching.reading.events import Event, Mood, Side
from coaching.reading.lexicon import lexicon
from coaching.reading.parts import evidence
from coaching.reading.sentence import Sentence

LONGEST_RUN = 3
"""Kinds of words in a row that are looked at together."""
_TAIL = 6
_IN_A_QUOTE = 4
"""Words of content that a quotation counts for."""
_CONTENT = "wRCNDGgPKQfkmyY#LAS"
_COUNTED = {
    "M": "us",
    "d": "date",
    "#": "number",
    '"': "quote",
    "V": "polite",
    "U": "hedge",
    "F": "will",
    "H": "would",
    "I": "if",
    "n": "not",
    "Z": "nobody",
    "Y": "compare",
    "y": "relative",
    "k": "push",
    "f": "company",
    "D": "document",
    "N": "name",
    "R": "role",
    "K": "rival",
    "G": "outside",
    "g": "generic",
}


_ABOUT = {"us": "OMo", "them": "ThtNRC", "others": "KgPY"}
_CHECKABLE = '#mYyKN"'


def signals(sentence: Sentence, found: tuple[Event, ...]) -> set[str]:
    """The names of all signals in a sentence and in what it says that somebody did."""
    told = _telling(sentence, found)
    return {
        "always",
        *_who_did(found, told),
        *_anchors(sentence, found),
        *_manner(sentence, told),
        *_runs(sentence.kinds[:told]),
        *_wording(sentence, told),
        *_stock(sentence),
        *_sides(sentence, found),
    }


def _telling(sentence: Sentence, found: tuple[Event, ...]) -> int:
    """The place after the first word of saying: what follows is what was told."""
    verb = next((e.verb for e in found if e.kind == "S" and e.mood is Mood.REAL), None)
    return len(sentence.words) if verb is None else verb + 1


def _stock(sentence: Sentence) -> Iterator[str]:
    """How many stock phrases there are, and how much is left without them."""
    phrases = lexicon().stock.findall(sentence.text)
    rest = lexicon().stock.sub(" ", sentence.text)
    left = sum(lexicon().find(w) == "" for w in re.findall(r"\w+", rest.lower()))
    yield f"stock {min(len(phrases), 2)}"
    if phrases:
        yield f"stock {min(len(phrases), 2)} left {min(left // 2, 3)}"


def _sides(sentence: Sentence, found: tuple[Event, ...]) -> Iterator[str]:
    """Whether it is about us, about them, about both, and whether they committed themselves."""
    kinds = set(sentence.kinds)
    about = [name for name, of in _ABOUT.items() if kinds & set(of)]
    yield f"about {' '.join(about)}"
    empty = lexicon().noncommittal.search(sentence.text) is not None
    if empty:
        yield "noncommittal"
    if first := evidence(sentence, found):
        checkable = bool(set(sentence.kinds[first.verb + 1 :]) & set(_CHECKABLE))
        yield f"evidence {first.kind} checkable {checkable} noncommittal {empty or 'V' in kinds}"


def _who_did(found: tuple[Event, ...], told: int) -> Iterator[str]:
    """What happened, apart from what happened in the words of somebody who told it."""
    names = [f"{event.side}.{event.kind}.{event.mood}" for event in found if event.verb < told]
    yield from (f"event {name}" for name in names)
    yield from (f"then {a} {b}" for a, b in pairwise(["start", *names, "end"]))
    yield from (f"told {e.side}.{e.kind}" for e in found if e.verb >= told)
    if not found:
        yield "no event"


def _anchors(sentence: Sentence, found: tuple[Event, ...]) -> Iterator[str]:
    kinds = sentence.kinds
    first = evidence(sentence, found)
    anchored = bool(set(kinds) & set('d"')) + bool(set(kinds) & set("#m"))
    content = sum(kind in _CONTENT for kind in kinds) + _IN_A_QUOTE * kinds.count('"')
    size = min(content // 3, 6)
    yield f"content {size}"
    if first is None:
        yield f"no evidence {'dated' if 'd' in kinds else 'undated'}"
        return
    yield f"evidence {first.kind} {first.side}"
    yield f"evidence dated {'d' in kinds}"
    yield f"evidence anchored {anchored}"
    yield f"evidence content {size}"
    rest = kinds[first.verb + 1 :]
    if first.kind == "S" and kinds[: first.who[0]].endswith(",") and len(rest) < _TAIL:
        rest = kinds[: first.who[0]]  # "two days a month, Marta told me in March"
    after = sum(kind in "w#mYyfKNDRCLAS" for kind in rest) + _IN_A_QUOTE * rest.count('"')
    yield f"evidence after {min(after // 2, 5)}"
    yield f"evidence polite {min(kinds.count('V'), 2)} {size > 2}"
    yield f"evidence compares {'Y' in kinds or 'K' in kinds}"
    ours = [
        e
        for e in found
        if e.verb < first.verb and e.side in (Side.OURS, Side.OUTSIDE) and e.kind in "SAD"
    ]
    if ours:
        apart = set(kinds[ours[-1].verb : first.who[0]]) & set(",.:")
        yield f"evidence inside {ours[-1].side} {'apart' if apart else 'within'}"
    if set(kinds[: first.who[0]]) & set("UIHF"):
        yield "evidence after a guess"


def _manner(sentence: Sentence, told: int) -> Iterator[str]:
    kinds = sentence.kinds
    for part, where in (("has", kinds[:told]), ("told", kinds[told:])):
        for kind, name in _COUNTED.items():
            if number := where.count(kind):
                yield f"{part} {name}"
                if number > 1:
                    yield f"{part} {name}s"
    ours, theirs = sum(k in "OMo" for k in kinds), sum(k in "Tht" for k in kinds)
    yield f"balance {max(-2, min(2, ours - theirs))}"
    yield f"words {min(len(kinds) // 4, 6)}"
    if kinds:
        yield f"opens {kinds[0]}"
    if "?" in sentence.text:
        yield "asks"
    if "y" in kinds and "Y" not in kinds:
        yield "relative to nothing"
    if re.search(r"^[^SAL]*$", kinds):
        yield "nobody does anything"


def _runs(kinds: str) -> Iterator[str]:
    flat = "^" + re.sub(r"w+", "w", re.sub(r"[xX]+", "", kinds)) + "$"
    for length in range(1, LONGEST_RUN + 1):
        for at in range(len(flat) - length + 1):
            yield "run " + flat[at : at + length]


def _wording(sentence: Sentence, told: int) -> Iterator[str]:
    book = lexicon()
    said = [w.kind if w.kind in "Nd#\"'" else book.spell(w.low) for w in sentence.words]
    yield from (f"word {word}" for word in said[:told])
    yield from (f"told {word}" for word in said[told:])
    yield from (f"words {a} {b}" for a, b in pairwise(["^", *said[:told], "$"]))
