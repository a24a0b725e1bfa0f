"""A check told in full to its author: everything they said, in words and as data."""

from typing import Any

from coaching.card import answer_label
from coaching.dialogue import Dialogue
from coaching.factors import ASKED, Factor, State
from coaching.moves import Move, Reply
from coaching.phrases import choice_name, join
from coaching.prompts import change_line
from coaching.standing import Standing
from coaching.verdicts import title_of
from coaching.words import Line, Words, plain


def account(dialogue: Dialogue, words: Words) -> tuple[Line, ...]:
    """A check in lines to read: the plan, each factor with its sentence, the change."""
    standing = dialogue.standing
    brief = standing.brief
    named = join([choice_name(choice, brief, words) for choice in brief.choices], words)
    lines = [
        words.say("account.title", name=title_of(standing, words), plan=brief.plan)
        if brief.person or brief.company
        else words.say("card.title_alone", plan=brief.plan),
        words.say("account.choices", choices=named),
    ]
    if standing.gut:
        before = answer_label(standing.gut, words)
        after = answer_label(standing.again, words) if standing.again else "–"
        lines.append(words.say("card.gut", before=before, after=after))
    lines += [_factor(standing, factor, words) for factor in ASKED]
    if standing.hard:
        lines.append(words.say("account.hard", said=standing.hard))
    if standing.change:
        lines.append(change_line(standing.change, standing, words))
    notes = [m.text for m in dialogue.moves if m.reply is Reply.NOTE and m.text]
    lines += [words.say("account.note", said=note) for note in notes]
    return tuple(lines)


def _factor(standing: Standing, factor: Factor, words: Words) -> Line:
    record, state = standing.records[factor], standing.states[factor]
    values = {
        "factor": words.text(f"factor.{factor}"),
        "state": words.text(f"state.{state}"),
        "said": record.reading.text if record.reading else "",
        "choices": _better_than(standing, factor, words),
    }
    if state is State.HELD and values["said"]:
        return words.say("account.held", **values)
    return words.say("account.said" if values["said"] else "account.factor", **values)


def _better_than(standing: Standing, factor: Factor, words: Words) -> str:
    better = standing.records[factor].better_than or ()
    brief = standing.brief
    names = [choice_name(c, brief, words) for c in brief.choices if c.key in better]
    return join(names, words) if names else ""


def data(dialogue: Dialogue, words: Words) -> dict[str, Any]:
    """A check as plain data, with every word its author gave."""
    standing = dialogue.standing
    brief = standing.brief
    return {
        "plan": brief.plan,
        "kind": str(brief.kind),
        "person": brief.person,
        "company": brief.company,
        "call_at": brief.call_at or None,
        "choices": [choice_name(choice, brief, words) for choice in brief.choices],
        "different": {"before": standing.gut, "after": standing.again},
        "factors": {str(f): _data_of(standing, f) for f in ASKED},
        "hard_answer": standing.hard,
        "change": plain(change_line(standing.change, standing, words)) if standing.change else None,
        "said": [
            {"step": m.step.key, "reply": str(m.reply), "text": _words_of(m)}
            for m in dialogue.moves
        ],
    }


def _words_of(move: Move) -> str:
    """What was written or filled in with one answer."""
    if move.change:
        parts = (move.change.words, move.change.when, move.change.will, move.change.so_that)
        return move.text or " ".join(part for part in parts if part)
    return move.text or (move.reading.text if move.reading else "")


def _data_of(standing: Standing, factor: Factor) -> dict[str, Any]:
    record, reading = standing.records[factor], standing.records[factor].reading
    return {
        "state": str(standing.states[factor]),
        "answer": record.answer,
        "forecast": record.forecast,
        "said": reading.text if reading else None,
        "who": reading.who if reading else None,
        "when": reading.when if reading else None,
        "source": str(reading.source) if reading else None,
        "better_than": list(record.better_than or ()),
    }
