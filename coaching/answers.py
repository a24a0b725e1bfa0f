"""Words of the seller as answers: what a text means at the step it belongs to."""

import re
from dataclasses import replace

from coaching.brief import Brief, Kind
from coaching.change import read_change
from coaching.dialogue import Dialogue, advance
from coaching.moves import Ask, Change, Move, Reply, Said, Step
from coaching.past import bare
from coaching.phrases import choice_name
from coaching.reading import Fault, Reading, clip, read
from coaching.standing import Standing
from coaching.taps import typed_tap
from coaching.words import Words

_TAPS = {"yes": Reply.YES, "no": Reply.NO, "unsure": Reply.UNSURE}
_TAPS_TYPED = {*_TAPS.values(), Reply.BELIEVE, Reply.NOT, Reply.PROBABLY}


def command(text: str, words: Words) -> str:
    """The command a whole message is: ``back``, ``change``, ``help`` …, or an empty string."""
    in_thread = ("back", "change", "skip", "pause", "resume", "cancel")
    known = (*in_thread, "help", "privacy", "export", "forget", "history", "team")
    return next((name for name in known if words.hears(name, text)), "")


def asked_language(text: str, words: Words) -> str:
    """The code in "language de", or an empty string when the message is something else."""
    heard, _, code = " ".join(text.lower().split()).partition(" ")
    return code if words.hears("language", heard) and len(code) == 2 and code.isalpha() else ""


def hear(dialogue: Dialogue, said: tuple[Said, ...], words: Words) -> Move:
    """The move that these words make at the step being asked.

    Exactly yes, no or not sure is the tap, and so is the label of a button; at a factor anything
    else is a yes with its sentence; where no rule takes the words they are a note, and the buttons
    come again.
    """
    if dialogue.standing.paused:
        resume = Move(Step(Ask.PAUSED), Reply.RESUME)
        dialogue = replace(dialogue, moves=(*dialogue.moves, resume))
    text = " ".join(one.text for one in said if one.text)
    if text and (move := typed_tap(dialogue, text, words)):
        return replace(move, said=said)
    standing = dialogue.standing
    return understand(standing, standing.step(), said, words)


def understand(standing: Standing, step: Step, said: tuple[Said, ...], words: Words) -> Move:
    """The move that these words make at a given step."""
    text = Move(step, Reply.NOTE, said).text
    tap = next((reply for name, reply in _TAPS.items() if words.hears(name, text)), None)
    if step.factor is not None:
        return _about_factor(standing, step, said, text, tap, words)
    match step.ask:
        case Ask.QUESTION | Ask.AGAIN if tap:
            return Move(step, tap, said)
        case Ask.RIVAL if tap:
            return Move(step, Reply.PROBABLY if tap is Reply.YES else tap, said)
        case Ask.HARD:
            return Move(step, Reply.WORDS, said)
        case Ask.CHANGE if tap is Reply.YES or words.hears("keep", text):
            return Move(step, Reply.KEEP, said)
        case Ask.CHANGE if tap:
            return Move(step, Reply.NONE if tap is Reply.NO else Reply.NOTE, said)
        case Ask.CHANGE:
            return Move(step, Reply.WORDS, said, change=read_change(Change(words=text), words))
    return Move(step, Reply.NOTE, said)


def _about_factor(
    standing: Standing,
    step: Step,
    said: tuple[Said, ...],
    text: str,
    tap: Reply | None,
    words: Words,
) -> Move:
    if step.ask in (Ask.FACTOR, Ask.STILL) and tap:
        return Move(step, tap, said)
    if step.ask is Ask.GATE and tap:
        at_gate = {Reply.YES: Reply.BELIEVE, Reply.NO: Reply.NOT, Reply.UNSURE: Reply.UNSURE}
        return Move(step, at_gate[tap], said)
    if step.ask is Ask.KEEP and step.factor and standing.records[step.factor].theirs:
        named = _choices_named(standing, text, words)
        if named is not None:
            return Move(step, Reply.BETTER, said, choices=named)
    if tap:
        return Move(step, Reply.NOTE, said)
    return Move(step, Reply.SENTENCE, said, reading=_read(text, standing.brief))


def _read(text: str, brief: Brief) -> Reading:
    """A sentence as it is read, and noticed when the seller gives it every time."""
    names = brief.first_name, brief.person, brief.company
    reading = read(text, names, tuple(choice.name for choice in brief.competitors))
    if bare(text) not in brief.past.worn:
        return reading
    return replace(reading, fault=Fault.WORN, phrase=clip(reading.text))


def _choices_named(standing: Standing, text: str, words: Words) -> tuple[str, ...] | None:
    """The live choices that a text consists of: "Acme", "both", "Acme and leaving it as it is";
    None when it says anything else."""
    whole = " ".join(text.casefold().split())
    choices = standing.brief.choices
    if whole in (words.text("keep.options.both").lower(), words.text("keep.options.all").lower()):
        return tuple(choice.key for choice in choices)
    by_name = {choice_name(c, standing.brief, words).casefold(): c.key for c in choices}
    by_name |= {c.name.casefold(): c.key for c in choices if c.name}
    last = re.escape(words.text("list_and").strip())
    parts = [whole] if whole in by_name else re.split(rf"\s*(?:,|&|\b{last}\b)\s*", whole)
    if all(part in by_name for part in parts):
        return tuple(by_name[part] for part in parts)
    return None


def extend(dialogue: Dialogue, said: Said, words: Words) -> Dialogue | None:
    """Add a second short message to the answer it belongs to.

    It was written before the next question was there, so it cannot answer that question. Words
    grow by it and are read anew; a yes takes it as its sentence; another tap keeps it as a note.
    """
    last = dialogue.moves[-1]
    before = replace(dialogue, moves=dialogue.moves[:-1])
    gate = Step(Ask.GATE, last.step.factor)
    if last.reply is Reply.YES and dialogue.standing.step() == gate:
        return advance(dialogue, hear(dialogue, (said,), words))
    grows = last.reply in _GROWS and bool(last.said)
    if not (grows and hear(before, last.said, words).reply is last.reply):
        kept = replace(last, said=(*last.said, said))
        return replace(dialogue, moves=(*before.moves, kept))
    together = sorted((*last.said, said), key=lambda one: one.source)
    return advance(before, hear(before, tuple(together), words))


_GROWS = (Reply.SENTENCE, Reply.WORDS, Reply.NOTE, Reply.BELIEVE)
"""Answers in words that grow by what is said in the same breath; every other one stands."""


def edit(dialogue: Dialogue, said: Said, words: Words) -> Dialogue | None:
    """Put the new text of an edited message (empty: deleted) in the place of the old one.

    A sentence is read anew and counts as the seller's own view until it is kept again; a typed
    tap becomes another one; words beside a tap change nothing. The dialogue does not move on or
    back, and no doubt is spent. None when no answer came in that message.
    """
    place = next(
        (
            i
            for i, m in enumerate(dialogue.moves)
            if said.source in m.sources and m.reply is not Reply.EDITED
        ),
        None,
    )
    if place is None:
        return None
    old = dialogue.moves[place]
    told = tuple(said if one.source == said.source else one for one in old.said)
    kept = _reread(dialogue, replace(old, said=told), words)
    marks = (Move(old.step, Reply.EDITED, (Said("", said.source),)),)
    corrected = _with(dialogue, place, kept, marks if _was_kept(dialogue, old, said) else ())
    if old.reply in _TAPS_TYPED and old.reply is _meaning(dialogue, old, words):
        flipped = replace(kept, reply=_meaning(dialogue, kept, words))
        changed = _with(dialogue, place, flipped)
        if flipped.reply in _TAPS_TYPED and changed.standing.step() == dialogue.standing.step():
            return changed
    return corrected


def _with(dialogue: Dialogue, place: int, move: Move, marks: tuple[Move, ...] = ()) -> Dialogue:
    before, after = dialogue.moves[:place], dialogue.moves[place + 1 :]
    return replace(dialogue, moves=(*before, move, *after, *marks))


def _meaning(dialogue: Dialogue, move: Move, words: Words) -> Reply:
    return understand(dialogue.standing, move.step, move.said, words).reply


def _was_kept(dialogue: Dialogue, move: Move, said: Said) -> bool:
    """Whether the sentence is the one its factor rests on, and nothing more was asked about it."""
    standing, factor = dialogue.standing, move.step.factor
    if move.reply is not Reply.SENTENCE or factor is None:
        return False
    record = standing.records[factor]
    settled = standing.settled(factor) or record.better_than is not None
    return settled and said.source in record.sources


def _reread(dialogue: Dialogue, move: Move, words: Words) -> Move:
    """Words that were changed, in the answer they belong to."""
    if move.reply is Reply.SENTENCE:
        return replace(move, reading=_read(move.text, dialogue.standing.brief))
    if move.reply is Reply.WORDS and move.change is not None:
        return replace(move, change=read_change(Change(words=move.text), words))
    return move


def propose_kind(plan: str, words: Words) -> Kind:
    """The kind of plan, guessed from its words; a menu beside the question corrects it."""
    text = plan.lower()
    found = [
        (text.index(heard), kind)
        for kind in Kind
        for heard in words.find(f"kind.{kind}.hears")
        # First the cheap look: nearly all of them are not there at all.
        if heard in text and re.search(rf"(?<!\w){re.escape(heard)}(?!\w)", text)
    ]
    return min(found, key=lambda hit: hit[0])[1] if found else Kind.OTHER


def is_renewal(plan: str, words: Words) -> bool:
    """Whether the plan is about keeping a customer: then the status quo is going without you."""
    said = set(re.findall(r"\w+", plan.lower()))
    return bool(said.intersection(words.find("hears.renewal")))


def recognise(plan: str, buyers: tuple[Brief, ...]) -> Brief | None:
    """The known buyer that a typed plan names, with the choices of last time; never a guess."""

    def named(name: str) -> bool:
        return bool(name) and bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plan, re.I))

    return next((b for b in buyers if named(b.company) or named(b.person)), None)
