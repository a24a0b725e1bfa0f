"""A sentence as words of known kinds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from coaching.reading.lexicon import lexicon

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAYS = (  # as typed in a hurry too: tusday, wendsday, thrusday
    r"mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun|m[ou]nd[ai]?y|t[ues]{2,4}d[ai]?y|we[dnse]{1,6}d[ai]?y|"
    r"th[urs]{1,4}d[ai]?y|fr?[ira]{1,2}d[ai]?y|sat[eur]{0,3}d[ai]?y|sund[ai]?y"
)
DATE = re.compile(
    rf"""(?<![\w./-])(?:
        \d{{4}}-\d\d-\d\d
        | \d{{1,2}}/\d{{1,2}}(?:/(?:\d{{4}}|\d\d))?(?![\d%/])
        | \d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d\d)? | \d{{1,2}}\.\d{{1,2}}\.?(?=\s|$)
        | (?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})(?:\.?\s+\d{{4}})?
        | (?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?
        | the\s+\d{{1,2}}(?:st|nd|rd|th)
        | (?:(?<=in\s)|(?<=of\s)|(?<=since\s)|(?<=last\s)|(?<=from\s)|(?<=until\s))(?:{_MONTHS})
          (?:\s+\d{{4}})?
        | (?<=\()(?:{_MONTHS})(?=\)) | (?:early|late|mid)[\s-](?:{_MONTHS})
        | (?:(?:last|this|yesterday)\s+)?(?:{_DAYS})
          (?:\s+(?:morning|afternoon|arvo|evening|night|nite))?
        | yest[ear]{{1,3}}d[ai]?y(?:\s+(?:morning|afternoon|evening))? 
        | yday | today | 2day | tonight | \d+\s+min(?:ute)?s?\s+ago
        | (?:this|that)\s+(?:morning|week|wk|afternoon|month|quarter|am|pm|arvo)
        | last\s+(?:week|wk|month|year|yr|night|nite|quarter|qtr|autumn|spring|summer|winter)
        | (?:the\s+)?day\s+(?:before|b4)\s+yesterday | the\s+(?:weekend|wkend|wknd)
        | \d{{1,2}}(?:st|nd|rd|th)(?=\s*(?:[,:.;)]|$))
        | q[1-4](?:\s+\d{{4}})?
        | (?:a|one|two|three|four|five|six|\d+)\s+(?:days?|weeks?|months?)\s+ago
        | (?:january|february|april|june|july|august|september|october|november|december)
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTE = re.compile(
    r"“[^”]{2,}”|„[^“”]{2,}[“”]|\"[^\"]{2,}\""
    r"|(?<!\w)'[^']{8,}'(?!\w)|(?<!\w)\u2018[^’]{8,}’(?!\w)"
)
_WORD = re.compile(
    r"""\d+(?:[.,]\d+)+
    | (?<!\w)(?:no[ -]one|not[ ]one|not[ ]a[ ]single)(?!\w)
    | (?<!\w)(?:[dm]rs?|ms|prof|st)\.
    | can(?=['’]t(?!\w)) | \w+(?=n['’]t(?!\w)) | n?['’](?:s|re|ve|m|ll|d|t)(?!\w)
    | \w+(?:[-&]\w+)* | [^\w\s]""",
    re.I | re.X,
)
_ACTS = re.compile("[SALXsFHN,(]|[pb][ote]?[wRCf]{1,3}[XxFHn]*[SAL]")
_SOMEBODY = re.compile("[TRCN][Xxn]*$")
_NUMBER = re.compile(r"\d")
_STOPS = {
    ".": ".",
    "!": ".",
    "?": ".",
    ";": ".",
    ",": ",",
    ":": ":",
    "(": "(",
    ")": ")",
    "-": ",",
    "–": ",",
    "—": ",",
}
_FEWEST_QUOTED = 3
_ABSTRACT = re.compile(r"(?:tion|ment|ness|ity|ance|ence|ship|ing)s?$")
"""Nouns that are no names: "Implementation took us", "Onboarding went"."""
_NO_NAMES = tuple("RCDeptvbcoh")
_NOUN_AFTER = "oteDRC#dmWNpvs"
_OWNER = "tNRCs"
_VERB_AFTER = "OTZNRCXWgGhM,c"
_VERBS = "SALX"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a date or a quotation where it stands, with the letter of its kind."""

    text: str
    start: int
    end: int
    kind: str

    @property
    def low(self) -> str:
        """The word in small letters, with a straight apostrophe."""
        return self.text.lower().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its words; ``kinds`` holds one letter for each word."""

    text: str
    words: tuple[Word, ...]
    kinds: str


def parse(text: str, names: tuple[str, ...] = (), rivals: tuple[str, ...] = ()) -> Sentence:
    """Cut a text into words and say of each what kind it is.

    Args:
        text: one answer, with single spaces.
        names: names on the buyer's side, as typed in the form.
        rivals: names of the other choices, as typed in the form.
    """
    shouted = sum(c.isupper() for c in text) > sum(c.islower() for c in text)
    known = _known(names, "N") | _known(rivals, "K")
    words: list[Word] = []
    for start, end, kind in _pieces(text):
        piece = text[start:end]
        kind = kind or _kind(piece, words, known, shouted=shouted)
        words.append(Word(piece, start, end, kind))
    words = _second_thoughts(words)
    return Sentence(text, tuple(words), "".join(word.kind for word in words))


def _known(names: tuple[str, ...], kind: str) -> dict[str, str]:
    """The words of names; in "the head of operations" there is none."""
    words = (word.lower() for name in names for word in name.split())
    return {word: kind for word in words if lexicon().find(word)[:1] not in _NO_NAMES}


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each quotation, date and word stands, and the kind of the first two."""
    whole = [(m.start(), m.end(), "'" if _is_brief(m[0]) else '"') for m in _QUOTE.finditer(text)]
    quoted = list(whole)
    for found in DATE.finditer(text):
        if not any(a < found.end() and found.start() < b for a, b, _ in quoted):
            whole.append((found.start(), found.end(), "d"))
    at = 0
    for start, end, kind in [*sorted(whole), (len(text), len(text), "")]:
        for word in _WORD.finditer(text, at, start):
            yield word.start(), word.end(), ""
        if kind:
            yield start, end, kind
        at = end


def _is_brief(quotation: str) -> bool:
    """Whether a quotation says next to nothing: "cool", "sounds good"."""
    said = lexicon().noncommittal.sub(" ", quotation.lower().replace("let's", ""))
    words = re.findall(r"\w+", said)
    return sum("V" not in lexicon().find(word) for word in words) < _FEWEST_QUOTED


def _kind(piece: str, before: list[Word], known: dict[str, str], *, shouted: bool) -> str:
    """The letter of a word, given the words before it."""
    low = piece.lower().replace("’", "'")
    last = before[-1].kind if before else "."
    if piece in _STOPS:
        return _STOPS[piece]
    if low in known:
        return known[low]
    if _NUMBER.search(piece):
        return "#"
    if low == "it" and (piece != "IT" or shouted) and last not in "to":
        return "j"
    if low == "'" and before and before[-1].text.endswith("s"):
        return "s"
    if low == "'s":
        named = last in "NRCGgKPDdZ" or (last == "w" and before[-1].text.istitle())
        return "s" if named else "X"
    kinds = lexicon().find(low)
    if piece[0].isupper() and not shouted and _can_be_name(piece, kinds, last):
        return "N"
    return _by_place(kinds, last) if kinds else _unknown(low, before)


def _can_be_name(piece: str, kinds: str, last: str) -> bool:
    """Whether a word with a capital is a name: Mark, but not at the start of a sentence."""
    if not kinds:
        return last != "."
    return kinds[0] in "FALS" and len(piece) > 2 and last in "Nt,c"


def _unknown(low: str, before: list[Word]) -> str:
    did = low.endswith("ed") and _SOMEBODY.search("".join(word.kind for word in before[-4:]))
    if did:
        return "A"
    return "x" if low.endswith("ly") else "w"


def _by_place(kinds: str, last: str) -> str:
    """Of the kinds a word can be, the one that fits behind the word before it."""
    if last in _OWNER and "G" in kinds and "D" in kinds:
        return "D"  # their board's paper is not the paper
    verbal = _VERBS + "F" if last in "ote" else _VERBS  # re-type the plan, but according to plan
    nouns = [kind for kind in kinds if kind not in verbal]
    verbs = [kind for kind in kinds if kind in "SAL"]
    if nouns and last in _NOUN_AFTER and not (verbs and last in "RCN"):
        return nouns[0]
    return verbs[0] if verbs and last in _VERB_AFTER else kinds[0]


def _second_thoughts(words: list[Word]) -> list[Word]:
    """What only the next word shows: a name at the start, and that "nobody else" compares."""
    kinds = "".join(word.kind for word in words)
    changed: list[Word] = []
    for place, (word, following) in enumerate(zip(words, (*words, _END)[1:], strict=True)):
        first = not changed or changed[-1].kind in ".:,"
        if word.kind == "w" and first and _is_name(word.text) and _ACTS.match(kinds, place + 1):
            word = replace(word, kind="N")
        elif word.low == "there" and following.kind in "RC" and kinds[place - 1 : place] in "bv,":
            word = replace(word, kind="t")
        elif word.kind == "Z" and following.low == "else":
            word = replace(word, kind="Y")
        changed.append(word)
    return changed


def _is_name(word: str) -> bool:
    return word[0].isupper() and not _ABSTRACT.search(word)


_END = Word("", 0, 0, ".")
