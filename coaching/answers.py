"""Words of the seller as answers: what a text means at the step it belongs to."""

import re
from dataclasses import replace

from coaching.brief import Brief, Kind
from coaching.dialogue import Dialogue, advance
from coaching.moves import Ask, Change, Move, Reply, Said, Step
from coaching.phrases import choice_name
from coaching.reading import read
from coaching.standing import Standing
from coaching.words import Words

_TAPS = {"yes": Reply.YES, "no": Reply.NO, "unsure": Reply.UNSURE}


def command(text: str, words: Words) -> str:
    """The command a whole message is: ``back``, ``change``, ``help`` …, or an empty string."""
    known = ("back", "change", "skip", "pause", "resume", "cancel", "help", "privacy")
    return next((name for name in known if words.hears(name, text)), "")


def hear(dialogue: Dialogue, said: tuple[Said, ...], words: Words) -> Move:
    """The move that these words make at the step being asked.

    Exactly yes, no or not sure is the tap; at a factor anything else is a yes with its sentence;
    where no rule takes the words they are a note, and the buttons come again.
    """
    standing = replace(dialogue.standing, paused=False)
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
        case Ask.CHANGE if tap:
            return Move(step, Reply.NONE if tap is Reply.NO else Reply.NOTE, said)
        case Ask.CHANGE:
            return Move(step, Reply.WORDS, said, change=Change(words=text))
    return Move(step, Reply.NOTE, said)


def _about_factor(
    standing: Standing,
    step: Step,
    said: tuple[Said, ...],
    text: str,
    tap: Reply | None,
    words: Words,
) -> Move:
    if step.ask is Ask.FACTOR and tap:
        return Move(step, tap, said)
    if step.ask is Ask.GATE and tap:
        at_gate = {Reply.YES: Reply.BELIEVE, Reply.NO: Reply.NOT, Reply.UNSURE: Reply.UNSURE}
        return Move(step, at_gate[tap], said)
    if step.ask is Ask.KEEP and (named := _choices_named(standing, text, words)):
        return Move(step, Reply.BETTER, said, choices=named)
    brief = standing.brief
    reading = read(text, (brief.first_name, brief.person, brief.company))
    return Move(step, Reply.SENTENCE, said, reading=reading)


def _choices_named(standing: Standing, text: str, words: Words) -> tuple[str, ...]:
    """The live choices that a text consists of: "Acme", "both", "Acme and leaving it as it is"."""
    whole = " ".join(text.casefold().split())
    choices = standing.brief.choices
    if whole in (words.text("keep.options.both").lower(), words.text("keep.options.all").lower()):
        return tuple(choice.key for choice in choices)
    parts = re.split(r"\s*(?:,|&|\band\b|\bund\b)\s*", whole)
    by_name = {choice_name(c, standing.brief, words).casefold(): c.key for c in choices}
    if parts and all(part in by_name for part in parts):
        return tuple(by_name[part] for part in parts)
    return ()


def extend(dialogue: Dialogue, said: Said, words: Words) -> Dialogue | None:
    """Add a second short message to the answer it belongs to.

    It was written before the next question was there, so it cannot answer that question. Words
    grow by it and are read anew; a yes takes it as its sentence; another tap keeps it as a note.
    """
    last = dialogue.moves[-1]
    before = replace(dialogue, moves=dialogue.moves[:-1])
    if last.reply is Reply.YES and last.step.ask is Ask.FACTOR:
        return advance(dialogue, hear(dialogue, (said,), words))
    if not last.said or last.reply in (Reply.EDITED, Reply.BETTER):
        kept = replace(last, said=(*last.said, said))
        return replace(dialogue, moves=(*before.moves, kept))
    return advance(before, hear(before, (*last.said, said), words))


def edit(dialogue: Dialogue, said: Said, words: Words) -> Dialogue | None:
    """Put the new text of an edited message (empty: deleted) in the place of the old one.

    The answer is read anew and counts as the seller's own view until it is kept again; the
    dialogue does not move, and no doubt is spent. None when no answer came in that message.
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
    settled_before = _settled(dialogue, old)
    moves = list(dialogue.moves)
    moves[place] = _reworded(dialogue, place, said, words)
    if settled_before:
        mark = (Said("", said.source),)
        moves.append(Move(old.step, Reply.EDITED, mark))
    return replace(dialogue, moves=tuple(moves))


def _settled(dialogue: Dialogue, move: Move) -> bool:
    standing = dialogue.standing
    factor = move.step.factor
    return factor is not None and standing.records[factor].settled(standing.brief.choice_keys)


def _reworded(dialogue: Dialogue, place: int, said: Said, words: Words) -> Move:
    old = dialogue.moves[place]
    told = tuple(said if one.source == said.source else one for one in old.said)
    if not old.sources or old.reply in (Reply.NOTE, Reply.BETTER, Reply.REOPEN):
        return replace(old, said=told)
    standing = replace(dialogue, moves=dialogue.moves[:place]).standing
    if not Move(old.step, Reply.NOTE, told).text and old.reply is not Reply.SENTENCE:
        return replace(old, said=told)
    new = understand(replace(standing, paused=False), old.step, told, words)
    return replace(new, doubted=old.doubted)


def propose_kind(plan: str, words: Words) -> Kind:
    """The kind of plan, guessed from its words; a menu beside the question corrects it."""
    text = plan.lower()
    found = [
        (text.index(heard), kind)
        for kind in Kind
        for heard in words.find(f"kind.{kind}.hears")
        if re.search(rf"(?<!\w){re.escape(heard)}(?!\w)", text)
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
