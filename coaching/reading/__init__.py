"""Reading one sentence of the seller for who said or did what, and when.

Where too little is known nothing is said against the seller, and what they confirm stands. How it
reads, how it was trained and how often it is right: docs/reading.md.
"""

from coaching.reading import faults, parts
from coaching.reading.events import events
from coaching.reading.language import is_foreign
from coaching.reading.reading import MAX_PHRASE, MAX_TEXT, Fault, Label, Reading, Source, clip
from coaching.reading.sentence import parse
from coaching.reading.signals import signals
from coaching.reading.weights import weigh, weights

__all__ = ["MAX_PHRASE", "MAX_TEXT", "Fault", "Label", "Reading", "Source", "clip", "read"]


def read(text: str, names: tuple[str, ...] = (), rivals: tuple[str, ...] = ()) -> Reading:
    """Read a sentence.

    Args:
        text: what the seller wrote, at most ``MAX_TEXT`` characters.
        names: the buyer's name and company as typed in the form.
        rivals: the names of their other choices.
    """
    text = " ".join(text.split())
    sentence = parse(text, names, rivals)
    if is_foreign(sentence):
        return Reading(text, what=text, foreign=True)
    found = events(sentence)
    event = parts.evidence(sentence, found)
    who, when = parts.who(sentence, event, names), parts.when(sentence, event)
    what = parts.what(sentence, event, when)
    label = weigh(signals(sentence, found), weights())
    if label is Label.SUPPORTED:
        return Reading(text, who, what, when, parts.source(event))
    fault, phrase = faults.fault(label, sentence, found)
    return Reading(text, who, what, when, Source.IMPRESSION, fault, clip(phrase))
