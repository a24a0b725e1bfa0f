"""What the sentence says that somebody said or did, and on whose side they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from coaching.reading.lexicon import lexicon
from coaching.reading.sentence import Sentence


class Side(StrEnum):
    """Whose words or deeds they are."""

    THEIRS = "theirs"
    OURS = "ours"
    OUTSIDE = "outside"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class Mood(StrEnum):
    """Whether it happened."""

    REAL = "real"
    TO_COME = "to_come"
    SUPPOSED = "supposed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody said, did or felt something.

    ``verb`` is the place of its word, ``who`` the places from the first to after the last word of
    those it is said of (none: equal), ``kind`` the letter of the verb.
    """

    side: Side
    mood: Mood
    kind: str
    verb: int
    who: tuple[int, int]


_INSIDE = "RCNDKGgPQEwfmkVyYs#"
_NOUN = "[RCNDKGgPQ]"
_WINDOW = 24
"""Words before a verb among which its subject is looked for."""
_WITHIN = 80
"""Characters before a subject in which "from our side" and "the plan is that" are looked for."""
_BEFORE_VERB = re.compile("[XxFHnUS]*$")
_ASIDE = re.compile(
    r"(?:(?<=[RCNsOhXD#]),[^,O\"']{1,8},|\([^()]*\)|[pbv]?d|,?W|(?<=[RCN])[TO][SAL]|X[Mh]?|x"
    r"|(?<=[RCN])[cW]\w[hM])+$"
)
_SUBJECTS = (
    re.compile(r"(?:[OT]|Z[wRC]?(?:[pv][ote]?[wRCN]{0,3}){0,2})$"),  # she; nobody over there
    re.compile(
        r"(?<![pRC])[ote]?[RC]{0,3}N+(?:[pb][ote]?[wRC]{1,3})?$"
    ),  # their buyer Ann from finance
    re.compile(  # three of their engineers; the head of nursing at the clinic
        rf"(?:[m#e]p)?[ote]?[{_INSIDE}]*{_NOUN}#?s?(?:[pb](?:O|[ote]?[{_INSIDE}]{{1,3}})){{0,2}}$"
    ),
    re.compile(r"(?:(?<=[.:,cd])|(?<![\s\S]))w$"),  # dana, in small letters
)
_SPEAKERS = (*_SUBJECTS, re.compile("[te]w{1,2}$"))
"""The midwives: whoever says something is somebody, known or not."""
_AFTER = re.compile(r"(?:[te]\w{0,2}?R|R?N+)")
_AGENT = re.compile(r"[^.:]{0,9}?b([ote]?\w{0,3}?[RCNPKG]N?(?:p[ote]?w?[RCNPKGg])?|T|h|M)")
_TO_THEM = re.compile(r"t\w{0,2}?[RC]|N|h")
_SPEAKER = r"((?:[ote]\w{0,3}?[RC]|R?N+)[RCN]*)"
_QUOTED_BY = re.compile(rf"[,.b]*{_SPEAKER}(?![^.]{{0,3}}[SA])")
_QUOTES = re.compile(rf"{_SPEAKER}[^SALO.]{{0,7}}[:,]$")
_SAYS = re.compile(
    r"(?:(?<=[.,:])|(?<![\s\S]))(?:[bp]?d,?)?"
    r"((?:[ote]?\w{0,2}?[RCQPK]|R?N+)[RCN]*(?:p[ote]?w?[RCNw])?)(?:[,(]?[^\WSALO]{0,4}\)?)?$"
)
_TAG = re.compile(
    r"[,.:]((?:[ote]?\w{0,2}?[RC]|R?N+|T)[RCN]*(?:p[ote]?[wRCN])?)(?:[bp]?[dXA]|[,.()]|OL|wX)*$"
)
_BESIDE_OURS = re.compile(r"[,(]?X?(?:O[,)]|o\w{0,2}?[RQ])")
_OF_WHOM = re.compile(r"[pd]*p([ote]?[^\Wd]{0,3}?[RCN]N?)")
_WHOSE = re.compile(r"[oteNRCKPGs,w#]*$")
_ANYBODY = re.compile(r"[ote]?\w{0,3}?[RCNDGQKTh][NDR]*(?:p[wRC]{1,2})?")
_LEARNT = re.compile(
    r"(?:^|(?<!\w)(?:i|we|just)\s+)(?:have\s+|had\s+)?(?:heard|got|learnt|learned|have|had|know)"
    r"(?:\W+\w+){0,5}\W*$",
    re.I,
)

_OUR_SIDE = re.compile(
    r"(?<!\w)(?:(?:from|on|at) our (?:own )?(?:side|end|part)|internally)(?!\w)[^.;!?]*$", re.I
)
_PLANNED = re.compile(
    r"(?<!\w)(?:plan|idea|hope|goal|aim|next step|agenda|intention)(?!\w)[^.,;:!?]{0,30}"
    r"(?:is|was)(?: that| for|:)?\s*$",
    re.I,
)

_BE = {"was", "were", "been", "being", "is", "are", "got", "'re", "'s"}
_INVERTED = {"said", "says", "wrote", "writes", "asked", "replied", "answered"}
_GOES_ON = {"and", "then", "but", ","}
_FRIENDLY = {"champion", "contact", "contacts", "buyer", "customer", "client", "sponsor", "ally"}
_FAR = {"other", "another", "reference", "former", "ex", "previous", "sales"}
_ASKS = {"did", "do", "does", "would", "will", "could"}
_AS_GOOD_AS = {'"': "S", "'": "S", ":": "S", "b": "D"}
"""A quotation is said, and so is what follows a colon; what is so according to somebody is as if it
stood in their letter."""
_MOODS = {"F": Mood.TO_COME, "H": Mood.SUPPOSED, "n": Mood.DENIED}

Patterns = tuple[re.Pattern[str], ...]
Span = tuple[int, int]
"""From the place of the first word to after the place of the last."""


def events(sentence: Sentence) -> tuple[Event, ...]:
    """Everything that somebody is said to have said, done or felt, in the order of the words."""
    found: list[Event] = []
    for place, kind in enumerate(sentence.kinds):
        if kind in "SAL":
            found.extend(_deed(sentence, place, found))
        elif kind in "\"'":
            found.extend(_quotation(sentence, place))
        elif kind == ":":
            found.extend(_speech(sentence, place))
        elif kind == "D":
            found.extend(_document(sentence, place))
        elif kind == "b":
            found.extend(_hearsay(sentence, place))
    return tuple(sorted(found, key=lambda event: event.verb))


def _deed(sentence: Sentence, verb: int, before: list[Event]) -> Iterator[Event]:
    kinds, words = sentence.kinds, sentence.words
    if verb and words[verb - 1].low == "to":
        return
    auxiliary = _BEFORE_VERB.search(kinds, max(0, verb - 6), verb)
    assert auxiliary is not None
    end = auxiliary.start()
    passive = any(word.low in _BE for word in words[end:verb])
    mood = max(
        (_MOODS.get(kind, Mood.REAL) for kind in auxiliary[0]), default=Mood.REAL, key=_weight
    )
    subjects = _SPEAKERS if kinds[verb] == "S" else _SUBJECTS
    who = None if passive else _subject(kinds, end, subjects) or _speaker_after(sentence, verb)
    if who := who or _agent(kinds, verb):
        yield _event(sentence, who, verb, mood)
    elif passive or mood is not Mood.REAL:
        return
    elif end == 0 or kinds[end - 1] in ".:":
        # "Told Priya on Friday": whoever says it did it.
        ours = _TO_THEM.match(kinds, verb + 1)
        if not ours and (tag := _TAG.search(kinds, verb)):
            yield _event(sentence, tag.span(1), verb, mood)
            return
        yield Event(Side.OURS if ours else Side.UNKNOWN, mood, kinds[verb], verb, (verb, verb))
    elif before and (words[end - 1].low in _GOES_ON or kinds[end - 1] in "SA"):
        last = before[-1]
        yield Event(last.side, last.mood, kinds[verb], verb, last.who)


def _weight(mood: Mood) -> int:
    return list(Mood).index(mood)


def _event(sentence: Sentence, who: Span, verb: int, mood: Mood) -> Event:
    side = _side(sentence, who)
    start = sentence.words[who[0]].start
    before = sentence.text[max(0, start - _WITHIN) : start]
    if side is Side.THEIRS and _OUR_SIDE.search(before):
        side = Side.OURS
    clause = re.compile(r"[^,.:]*$").search(sentence.kinds, max(0, who[0] - _WINDOW), who[0])
    if clause and "I" in clause[0]:
        mood = max(mood, Mood.SUPPOSED, key=_weight)
    if who[0] and sentence.words[who[0] - 1].low in _ASKS:
        mood = max(mood, Mood.SUPPOSED, key=_weight)
    if _PLANNED.search(before):
        mood = max(mood, Mood.TO_COME, key=_weight)
    if side is Side.NOBODY:
        mood = Mood.DENIED
    kind = sentence.kinds[verb]
    return Event(side, mood, _AS_GOOD_AS.get(kind, kind), verb, who)


def _subject(kinds: str, end: int, subjects: Patterns) -> Span | None:
    """The words before a verb that name who did it, past what is said in between."""
    start = max(0, end - _WINDOW)
    if aside := _ASIDE.search(kinds, start, end):
        end = aside.start()
    searched = (pattern.search(kinds, start, end) for pattern in subjects)
    found = next(filter(None, searched), None)
    if found is None:
        return None
    # "The sheet we sent to their CFO shows": those it was sent to show nothing.
    sent_to = found.start() > 0 and kinds[found.start() - 1] == "v"
    return _subject(kinds, found.start() - 1, subjects) if sent_to else found.span()


def _speaker_after(sentence: Sentence, verb: int) -> Span | None:
    """Who spoke in "says Marta" and "wrote their buyer"."""
    opened = verb == 0 or sentence.kinds[verb - 1] in '",.:n'
    if not opened or sentence.words[verb].low not in _INVERTED:
        return None
    found = _AFTER.match(sentence.kinds, verb + 1)
    return found.span() if found else None


def _agent(kinds: str, verb: int) -> Span | None:
    """Who did it in "ranked by their panel"."""
    found = _AGENT.match(kinds, verb + 1)
    return found.span(1) if found else None


def _quotation(sentence: Sentence, place: int) -> Iterator[Event]:
    """A quotation with a name beside it and no verb: "we pay for empty beds", Ms Roth."""
    kinds = sentence.kinds
    before = max(0, place - _WINDOW)
    found = (
        _QUOTED_BY.match(kinds, place + 1)
        or _QUOTES.search(kinds, before, place)
        or (kinds[place - 1 : place] == ":" and _SAYS.search(kinds, before, place - 1))
    )
    if found:
        yield _event(sentence, found.span(1), place, Mood.REAL)


def _speech(sentence: Sentence, colon: int) -> Iterator[Event]:
    """Who speaks in "CFO on Friday: the others want a project"."""
    quoted = sentence.kinds[colon + 1 : colon + 2] in ('"', "'")
    found = _SAYS.search(sentence.kinds, max(0, colon - _WINDOW), colon)
    if found and not quoted:
        yield _event(sentence, found.span(1), colon, Mood.REAL)


def _document(sentence: Sentence, place: int) -> Iterator[Event]:
    """What stands in somebody's letter, or in the minutes of their committee."""
    kinds = sentence.kinds
    if of := _OF_WHOM.match(kinds, place + 1):
        yield _event(sentence, of.span(1), place, Mood.REAL)
        return
    owner = _WHOSE.search(kinds, max(0, place - 6), place)
    if owner and set(owner[0]) & set("otNRCKPG"):
        yield _event(sentence, (owner.start(), place + 1), place, Mood.REAL)


def _hearsay(sentence: Sentence, place: int) -> Iterator[Event]:
    """What is so "according to", "per" or "from" somebody."""
    word = sentence.words[place]
    learnt = word.low == "from" and _LEARNT.search(sentence.text[: word.start])
    meant = lexicon().spell(word.low)
    if not learnt and meant not in ("according", "per", "lt"):
        return
    if found := _ANYBODY.match(sentence.kinds, place + 1 + (meant == "according")):
        yield _event(sentence, found.span(), place, Mood.REAL)


def _side(sentence: Sentence, who: Span) -> Side:
    kinds = set(sentence.kinds[slice(*who)])
    low = {word.low for word in sentence.words[slice(*who)]}
    theirs = "t" in kinds
    if "Z" in kinds:
        return Side.NOBODY
    beside = _BESIDE_OURS.match(sentence.kinds, who[1])
    if beside and not {w.low for w in sentence.words[slice(*beside.span())]} & _FRIENDLY:
        return Side.OURS
    if kinds & set("KP") or ("own" in low and {"N", "s"} <= kinds):
        return Side.OUTSIDE
    if not theirs and (kinds & set("Gg") or low & _FAR):
        return Side.OUTSIDE
    if kinds & set("OM") or ("o" in kinds and not low & _FRIENDLY):
        return Side.OURS
    if "Q" in kinds and not theirs:
        return Side.OURS
    return Side.THEIRS if kinds & set("TthRCNDo") else Side.UNKNOWN
