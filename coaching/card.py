"""The card at the head of a check's thread: where it stands, at any moment."""

from coaching.dialogue import Dialogue
from coaching.moves import Ask, Reply, Step
from coaching.phrases import short
from coaching.prompts import Option, Prompt, change_line
from coaching.standing import Standing
from coaching.verdicts import marks_line, title_of
from coaching.words import Line, Words


def entry(dialogue: Dialogue, day: str, words: Words) -> tuple[Line, ...]:
    """A check in the list of earlier ones: what it was about and when, the marks, the change."""
    standing = dialogue.standing
    title, marks = _head(standing, words)
    dated = (*title, *words.say("history.day", day=day))
    if not standing.change:
        return dated, marks
    return dated, marks, change_line(standing.change, standing, words)


def card(dialogue: Dialogue, words: Words) -> Prompt:
    """The card: title, marks, the two answers to the article's question, the change kept."""
    standing = dialogue.standing
    step = standing.step()
    return Prompt(
        step, (*_head(standing, words), *_body(standing, step, words)), _options(standing, words)
    )


def _head(standing: Standing, words: Words) -> tuple[Line, Line]:
    brief = standing.brief
    plan = short(brief.plan, 120)
    named = brief.company or brief.person
    title = (
        words.say("card.title", name=title_of(standing, words), plan=plan)
        if named
        else words.say("card.title_alone", plan=plan)
    )
    return title, marks_line(standing, words)


def _body(standing: Standing, step: Step, words: Words) -> tuple[Line, ...]:
    lines: list[Line] = []
    if not any(record.answer for record in standing.records.values()) and not standing.closed:
        lines.append(words.say("card.nothing"))
    if standing.gut and standing.again:
        lines.append(
            words.say(
                "card.gut",
                before=answer_label(standing.gut, words).lower(),
                after=answer_label(standing.again, words).lower(),
            )
        )
    if standing.change_settled and standing.change:
        lines.append(change_line(standing.change, standing, words))
    if step.ask in (Ask.PAUSED, Ask.CANCELLED, Ask.DONE):
        lines.append(words.say(f"card.step_{step.ask}"))
    return tuple(lines)


def answer_label(reply: Reply, words: Words) -> str:
    """Yes, not sure or no in words; a dash when it was skipped."""
    known = reply in (Reply.YES, Reply.NO, Reply.UNSURE)
    return words.text(f"question.options.{reply}") if known else "–"


def _options(standing: Standing, words: Words) -> tuple[Option, ...]:
    if standing.cancelled:
        return ()
    go_on = Option(words.text("card.options.continue"), Reply.RESUME)
    change = Option(words.text("card.options.change"), Reply.REOPEN)
    if standing.step().ask is Ask.DONE:
        return (change,)
    if standing.closed:
        return (go_on, change)
    cancel = Option(words.text("card.options.cancel"), Reply.CANCEL)
    if standing.paused:
        return (go_on, cancel)
    return (go_on, Option(words.text("card.options.pause"), Reply.PAUSE), cancel)
