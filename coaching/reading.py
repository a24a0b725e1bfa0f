"""Reading one sentence of the seller for who said or did what, and when.

A first, simple reading: it prefills and prompts, it never judges. Where it knows too little it
says nothing, and what the seller confirms stands. Names from the form are the best dictionary,
so they are tried before any general rule.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_TEXT = 3000
"""Characters that one answer may have (Slack's own limit for a text input)."""
MAX_PHRASE = 60
"""Characters of the seller's own words that a doubt quotes."""


class Source(StrEnum):
    """What the sentence rests on; an act ranks above a quote, a quote above an impression."""

    DID = "did"
    SAID = "said"
    IMPRESSION = "impression"


class Fault(StrEnum):
    """Why a sentence is sent back, once."""

    VAGUE = "vague"
    STOCK = "stock"
    ABOUT_US = "about_us"
    TOLD_THEM = "told_them"
    NO_SOURCE = "no_source"
    WORN = "worn"  # the same sentence in check after check


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence read into its parts; parts that were not found are empty.

    ``phrase`` is the seller's own wording that the fault points at, in whole words and not longer
    than ``MAX_PHRASE``.
    """

    text: str
    who: str = ""
    what: str = ""
    when: str = ""
    source: Source = Source.IMPRESSION
    fault: Fault | None = None
    phrase: str = ""


_ROLES = (
    "ceo|cfo|coo|cto|cio|ciso|cmo|director|manager|head|lead|chief|owner|founder|president|"
    "procurement|purchasing|finance|controller|buyer|planner|planners|team|board|committee|"
    "engineer|engineers|lawyer|legal|it|users|nurse|doctor|partner|assistant|colleague|boss"
)
_SAID = (
    "said|says|told|tells|wrote|writes|asked|asks|confirmed|confirms|mentioned|mailed|emailed|"
    "texted|phoned|called|answered|replied|stated|complained|admitted|explained|quoted|put it"
)
_DID = (
    "sent|showed|forwarded|signed|invited|tested|scored|ranked|published|booked|bought|cancelled|"
    "presented|shared|visited|trialled|piloted|introduced|approved|moved|brought|measured|counted"
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sun)(?:day)?"

_WHEN = re.compile(
    rf"""(?<!\w)(?:(?:on|in|at|since|last|this)\s+)*(?:
        \d{{4}}-\d\d-\d\d | \d{{1,2}}[./]\d{{1,2}}(?:[./]\d{{2,4}})?
        | \d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})(?:\s+\d{{4}})?
        | (?:{_MONTHS})\s+\d{{1,2}}(?:st|nd|rd|th)? | (?:in|since|last)\s+(?:{_MONTHS})
        | {_DAYS}(?:'s)? | yesterday | today | this\s+(?:morning|week) | last\s+(?:week|month|year)
        | q[1-4](?:\s+\d{{4}})? | two\s+weeks\s+ago | \d+\s+(?:days|weeks|months)\s+ago
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_THEIR_ROLE = re.compile(
    rf"(?<!\w)(?:their|the|her|his)\s+(?:[\w-]+\s+){{0,2}}?(?:{_ROLES})(?:\s+of\s+\w+)?(?!\w)", re.I
)
_NAME_BEFORE_VERB = re.compile(
    rf"(?<![\w'])((?:(?:Dr|Mr|Ms|Mrs)\.?\s+)?[A-Z][\w-]+(?:\s+[A-Z][\w-]+)?)"
    rf"(?:,[^,]{{1,40}},)?\s+(?:has\s+|had\s+|also\s+)?(?:{_SAID}|{_DID})(?!\w)"
)
_SAID_VERB = re.compile(rf"(?<!\w)(?:{_SAID})(?!\w)", re.I)
_DID_VERB = re.compile(rf"(?<!\w)(?:{_DID})(?!\w)", re.I)
_WE_TOLD = re.compile(
    r"(?<!\w)(?<!if )(?:i|we|our\s+\w+)\s+"
    r"(?:told|showed|sent|explained|said|presented|asked)(?!\w)",
    re.I,
)
_NOT_YET = re.compile(
    r"(?<!\w)(?:nobody|no one|hasn['’]t|haven['’]t|never|"
    r"would|will|i['’]ll|might|if i|going to)(?!\w)",
    re.I,
)
_OURS = re.compile(r"(?<!\w)(?:we|we're|we've|our|ours|us|i|i'm|i've|my)(?!\w)", re.I)
_THEIRS = re.compile(r"(?<!\w)(?:they|they're|their|theirs|them|she|her|he|his|him)(?!\w)", re.I)
_STOCK = re.compile(
    r"(?<!\w)(?:market[- ]lead(?:er|ing)|world[- ]class|best[- ](?:in|of)[- ](?:class|breed)|"
    r"cutting[- ]edge|state[- ]of[- ]the[- ]art|next[- ]gen(?:eration)?|game[- ]chang(?:er|ing)|"
    r"seamless(?:ly)?|holistic|one[- ]stop[- ]shop|end[- ]to[- ]end|fully integrated|"
    r"trusted (?:partner|advis[eo]r|supplier|vendor)|customer[- ](?:centric|obsessed|first)|"
    r"easy to (?:use|do business with)|safe pair of hands|proven track record|"
    r"value[- ]add(?:ed)?|win[- ]win|synerg(?:y|ies)|cost[- ]effective|no[- ]brainer|"
    r"competitive (?:pricing|prices?)|value for money|(?:unbeatable|great|huge) roi|"
    r"outcome[- ]based|business outcomes|mov(?:e|es|ing) the needle|(?:truly |very )?unique|"
    r"second to none|peace of mind|future[- ]proof|save (?:a ton of|loads of|lots of) \w+)(?!\w)",
    re.I,
)
_FILLER = frozenset(
    "a an and are as at be been but by do for from had has have i in is it its just of on or our so"
    " that the their them there they this to very was we were will with yes quite really pretty"
    " good great nice fine sure generally probably maybe perhaps believe think guess say d".split()
)
_FEWEST_CONTENT_WORDS = 4


def read(text: str, names: tuple[str, ...] = ()) -> Reading:
    """Read a sentence.

    Args:
        text: what the seller wrote, at most ``MAX_TEXT`` characters.
        names: the buyer's name and company as typed in the form.
    """
    text = " ".join(text.split())
    who, when, source = _who(text, names), _when(text), _source(text)
    if not who:
        source = Source.IMPRESSION
    fault, phrase = _fault(text, source)
    what = _what(text, who, when)
    return Reading(text, who, what, when, source, fault, clip(phrase))


def clip(phrase: str) -> str:
    """Whole words of it, at most ``MAX_PHRASE`` characters."""
    if len(phrase) <= MAX_PHRASE:
        return phrase
    return phrase[: MAX_PHRASE + 1].rpartition(" ")[0] or phrase[:MAX_PHRASE]


def _who(text: str, names: tuple[str, ...]) -> str:
    names = tuple(filter(None, names))
    for name in names:
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            return name
    if found := _NAME_BEFORE_VERB.search(text):
        ours = found[1].lower().split()[0] in ("i", "we", "our", "my", "they")
        return "" if ours else found[1]
    if found := _THEIR_ROLE.search(text):
        return found[0]
    pronoun = re.search(rf"(?<!\w)(they|she|he)\s+(?:{_SAID}|{_DID})(?!\w)", text, re.IGNORECASE)
    return (names[0] if names else pronoun[1]) if pronoun else ""


def _when(text: str) -> str:
    found = _WHEN.search(text)
    return re.sub(r"^(?:(?:on|in|at)\s+)+", "", found[0], flags=re.IGNORECASE) if found else ""


def _source(text: str) -> Source:
    if _WE_TOLD.search(text) or _is_not_yet(text):
        return Source.IMPRESSION
    if _SAID_VERB.search(text):
        return Source.SAID
    return Source.DID if _DID_VERB.search(text) else Source.IMPRESSION


def _is_not_yet(text: str) -> bool:
    """Whether it is still to be said; what they told us will happen has been said."""
    found, said = _NOT_YET.search(text), _SAID_VERB.search(text)
    if found is None:
        return False
    reported = said is not None and said.start() < found.start()
    return not (reported and found[0].lower() in ("would", "will", "might"))


def _what(text: str, who: str, when: str) -> str:
    """The sentence without the words that only say who spoke and when."""
    speaker = re.escape(who) if who else r"(?!)"
    tail = rf",?\s*(?:{speaker}|they|she|he)\s+(?:{_SAID})(?:\s+(?:me|us))?(?:\s+so)?"
    at = rf"(?:\s*,?\s*(?:on|in|at)?\s*{re.escape(when)}(?:\s+(?:call|meeting))?)?" if when else ""
    what = re.sub(rf"{tail}{at}\s*[.!]?$", "", text, flags=re.IGNORECASE)
    head = rf"^{speaker}\s+(?:{_SAID})(?:\s+(?:me|us))?{at}\s*(?:that|:|,)?\s*"
    what = re.sub(head, "", what, flags=re.IGNORECASE)
    return what.strip(" ,;") or text


def _fault(text: str, source: Source) -> tuple[Fault | None, str]:
    content = [w for w in re.findall(r"[\w']+", text.lower()) if w not in _FILLER]
    if told := _WE_TOLD.search(text):
        return Fault.TOLD_THEM, text[told.start() :]
    short = len(content) < _FEWEST_CONTENT_WORDS
    if source is not Source.IMPRESSION:
        return (Fault.VAGUE, text) if short else (None, "")
    if stock := _STOCK.findall(text):
        return Fault.STOCK, stock[-1]
    if len(_OURS.findall(text)) > len(_THEIRS.findall(text)):
        return Fault.ABOUT_US, text
    return (Fault.VAGUE if short else Fault.NO_SOURCE), text
