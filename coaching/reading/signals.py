"""What speaks for and against a sentence, as named signals."""

import re
from collections.abc import Iterator
from itertools import pairwise

from coaching.reading.events import Event, Mood, Side
from coaching.reading.lexicon import lexicon
from coaching.reading.parts import evidence
from coaching.reading.sentence import Sentence

RUN = 4
"""Letters in a row that are looked at together, so that a word nobody has seen is not mute."""
_TAIL = 6
_THIN = 5
"""Words of content below which little was said."""
_IN_A_QUOTE = 4
"""Words of content that a quotation counts for."""
_CONTENT = "wRCNDGgPKQfkmyY#LAS"
_WHOLE = "Nd#\"'"
"""Kinds that stand for the word itself: it does not matter which name, day or number it is."""
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


def signals(sentence: Sentence, found: tuple[Event, ...]) -> set[str]:
    """The names of all signals in a sentence and in what it says that somebody did."""
    told = _telling(sentence, found)
    return {
        "always",
        *_who_did(found, told),
        *_evidence(sentence, found),
        *_manner(sentence),
        *_counts(sentence.kinds, told),
        *_phrases(sentence.text),
        *_wording(sentence, told),
        *_letters(sentence),
    }


def _telling(sentence: Sentence, found: tuple[Event, ...]) -> int:
    """The place after the first word of saying: what follows is what was told."""
    verb = next((e.verb for e in found if e.kind == "S" and e.mood is Mood.REAL), None)
    return len(sentence.words) if verb is None else verb + 1


def _who_did(found: tuple[Event, ...], told: int) -> Iterator[str]:
    """What happened, apart from what happened in the words of somebody who told it."""
    yield from (f"event {e.side}.{e.kind}.{e.mood}" for e in found if e.verb < told)
    yield from (f"told {e.side}.{e.kind}" for e in found if e.verb >= told)
    if not found:
        yield "no event"


def _evidence(sentence: Sentence, found: tuple[Event, ...]) -> Iterator[str]:
    """What their word or deed is, how it is held fast, and what makes it doubtful."""
    kinds = sentence.kinds
    first = evidence(sentence, found)
    if first is None:
        yield f"no evidence {'dated' if 'd' in kinds else 'undated'}"
        return
    yield f"evidence {first.kind} {first.side}"
    yield f"evidence dated {'d' in kinds}"
    anchored = bool(set(kinds) & set('d"')) + bool(set(kinds) & set("#m"))
    yield f"evidence anchored {anchored}"
    yield f"evidence content {min(_content(kinds) // 3, 6)}"
    rest = kinds[first.verb + 1 :]
    if first.kind == "S" and kinds[: first.who[0]].endswith(",") and len(rest) < _TAIL:
        rest = kinds[: first.who[0]]  # "two days a month, Marta told me in March"
    yield f"evidence after {min(_content(rest) // 2, 5)}"
    against = list(_against(sentence, found, first))
    yield f"evidence {first.kind} {(*against, 'clear')[0] if len(against) < 2 else 'doubtful'}"


def _against(sentence: Sentence, found: tuple[Event, ...], first: Event) -> Iterator[str]:
    """Each thing that makes their word or deed doubtful."""
    kinds, book = sentence.kinds, lexicon()
    before = [event for event in found if event.verb <= first.verb]
    if any(e.side not in (Side.THEIRS, Side.UNKNOWN) or e.mood is not Mood.REAL for e in before):
        yield "after others"
    if any(of.search(sentence.text) for of in book.turns.values()):
        yield "turned"
    if "V" in kinds or book.noncommittal.search(sentence.text) or book.stock.search(sentence.text):
        yield "polite"
    if set(kinds[: first.verb]) & set("UIHFGgP"):
        yield "after a guess"
    if not set(kinds) & set('d"'):
        yield "undated"
    if _content(kinds) < _THIN:
        yield "thin"


def _content(kinds: str) -> int:
    return sum(kind in _CONTENT for kind in kinds) + _IN_A_QUOTE * kinds.count('"')


def _manner(sentence: Sentence) -> Iterator[str]:
    """How long it is, how much it holds, and whether it is about us or about them."""
    kinds = sentence.kinds
    yield f"content {min(_content(kinds) // 3, 6)}"
    yield f"words {min(len(kinds) // 4, 6)}"
    ours, theirs = sum(k in "OMo" for k in kinds), sum(k in "Tht" for k in kinds)
    yield f"balance {max(-2, min(2, ours - theirs))}"
    about = [name for name, of in _ABOUT.items() if set(kinds) & set(of)]
    yield f"about {' '.join(about)}"
    if "?" in sentence.text:
        yield "asks"


def _counts(kinds: str, told: int) -> Iterator[str]:
    """Which kinds of words there are, once or more often, before and in what was told."""
    for part, where in (("has", kinds[:told]), ("told", kinds[told:])):
        for kind, name in _COUNTED.items():
            if number := where.count(kind):
                yield f"{part} {name}"
                if number > 1:
                    yield f"{part} {name}s"


def _phrases(text: str) -> Iterator[str]:
    """Which turns of phrase there are, and how much is left without the stock ones."""
    book = lexicon()
    yield from (f"turn {name}" for name, of in book.turns.items() if of.search(text))
    if book.noncommittal.search(text):
        yield "noncommittal"
    phrases = min(len(book.stock.findall(text)), 2)
    yield f"stock {phrases}"
    if phrases:
        rest = re.findall(r"\w+", book.stock.sub(" ", text).lower())
        left = sum(book.find(word) == "" for word in rest)
        yield f"stock {phrases} left {min(left // 2, 3)}"


def _wording(sentence: Sentence, told: int) -> Iterator[str]:
    """Its words, each alone and beside the word or the kind of word next to it."""
    book = lexicon()
    said = [w.kind if w.kind in _WHOLE else book.spell(w.low) for w in sentence.words]
    yield from (f"word {word}" for word in said[:told])
    yield from (f"told {word}" for word in said[told:])
    yield from (f"words {a} {b}" for a, b in pairwise(["^", *said[:told], "$"]))
    kinds = sentence.kinds
    yield from (f"after {kind} {word}" for kind, word in zip(kinds, said[1:], strict=False))
    yield from (f"before {kind} {word}" for kind, word in zip(kinds[1:], said, strict=False))


def _letters(sentence: Sentence) -> Iterator[str]:
    """Every few letters of its words, for what a word nobody has seen has in common with others."""
    for word in sentence.words:
        if word.kind not in '"d#':
            spaced = f" {word.low} "
            yield from (f"letters {spaced[at : at + RUN]}" for at in range(len(spaced) - RUN + 1))
