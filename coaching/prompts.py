"""What the coach says at each step, and what can be answered there by a tap."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from coaching import change as changes
from coaching.brief import Brief, Kind, Length
from coaching.dialogue import Dialogue
from coaching.factors import ASKED, Factor
from coaching.moves import Ask, Change, Reply, Step
from coaching.phrases import MAX_CHOICES, buyer, choice_name, choices, filling, join, short
from coaching.questions import template
from coaching.reading import Source, clip
from coaching.standing import Record, Standing
from coaching.verdicts import verdict_lines
from coaching.words import Line, Span, Words, fill, plain, with_capital

MAX_PROMPT = 300
"""Characters of one prompt; the verdict and the card are exempt."""
MAX_THANKS = 30
"""Of these, what is kept free for a short word on the last answer."""
MAX_QUOTE, LEGIBLE = 120, 30
"""Characters of what they said in a call, at the most and at the least."""


@dataclass(frozen=True, slots=True)
class Option:
    """A tap. ``argument`` completes the reply (a factor, choices); ``form`` names the form that
    the tap opens in place of answering."""

    label: str
    reply: Reply
    argument: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One message of the coach.

    ``pick`` holds options of which several may be chosen at once, ``kind`` the kind of plan where
    it can be corrected; ``closed`` says that the verdict has been reached.
    """

    step: Step
    lines: tuple[Line, ...]
    options: tuple[Option, ...]
    pick: tuple[Option, ...] = ()
    kind: Kind | None = None
    closed: bool = False


def prompt(dialogue: Dialogue, words: Words) -> Prompt:
    """What is asked now."""
    standing = dialogue.standing
    step = standing.step()
    asked = _PROMPTS[step.ask](dialogue, standing, step, words)
    thanks = _thanks(dialogue, standing, words)
    if _length((*thanks, *asked.lines)) > MAX_PROMPT and step.ask is not Ask.AGAIN:
        # Long names leave room for its first sentence only.
        thanks = tuple((Span(plain(line).partition(". ")[0] + "."),) for line in thanks)
    return replace(asked, lines=(*thanks, *asked.lines), closed=standing.closed)


def _length(lines: tuple[Line, ...]) -> int:
    return sum(len(plain(line)) + 1 for line in lines)


def keep_prompt(dialogue: Dialogue, factor: Factor, words: Words) -> Prompt:
    """The message that shows a sentence back, for one that was edited after it was kept."""
    return _keep(dialogue, dialogue.standing, Step(Ask.KEEP, factor), words)


def verdict_prompt(dialogue: Dialogue, words: Words) -> Prompt:
    """The message that holds the verdict, for an answer changed after it."""
    return _again(dialogue, dialogue.standing, Step(Ask.AGAIN), words)


def _thanks(dialogue: Dialogue, standing: Standing, words: Words) -> tuple[Line, ...]:
    """One short word on the last answer, in the same message as the next question."""
    last = dialogue.moves[-1]
    turn = len(dialogue.moves)
    key = _THANKS.get(last.reply)
    if last.reply is Reply.REOPEN and last.factor is not standing.step().factor:
        return ()
    if key is None or (key in ("no", "unsure") and last.step.ask not in _HONEST):
        return ()
    wording = words.find(f"thanks.{key}")
    line = wording if isinstance(wording, str) else wording[turn % len(wording)]
    return (fill(line, buyer=buyer(standing.brief, words)),)


_HONEST = (Ask.FACTOR, Ask.STILL, Ask.GATE)
_THANKS = {
    Reply.NO: "no",
    Reply.NOT: "no",
    Reply.UNSURE: "unsure",
    Reply.MISREAD: "misread",
    Reply.MINE: "mine",
    Reply.NOTE: "note",
    Reply.BACK: "back",
    Reply.RESUME: "resume",
    Reply.REOPEN: "reopened",
}


def _options(words: Words, key: str, **replies: Reply) -> tuple[Option, ...]:
    return tuple(Option(words.text(f"{key}.{name}"), reply) for name, reply in replies.items())


def _yes_no(words: Words) -> tuple[Option, ...]:
    return _options(words, "question.options", yes=Reply.YES, unsure=Reply.UNSURE, no=Reply.NO)


def _fill_in(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    form = Option(words.text("fill_in.options.form"), Reply.BRIEF, form="brief")
    go = Option(words.text("fill_in.options.go"), Reply.YES)
    return Prompt(step, (words.say("fill_in.ask"),), (form, go))


def _question(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    values = filling(standing.brief, words)
    kind = words.find(f"kind.{standing.brief.kind}")
    turned = kind.get("rival") if values["rival"] else ""
    turned = turned or kind["opener"]
    # Word for word and alone the first time; later the kind of plan opens.
    opener = (fill(turned, **values),) if dialogue.number and turned else ()
    lines: tuple[Line, ...] = (words.say("question.article"), _against(standing, values, words))
    quote = _quote(standing, None, lines, words)
    # Long names leave no room for an opener, nor for the word on a note before it.
    if quote:
        lines = (*lines, *quote)
    elif _length((*opener, *lines)) + MAX_THANKS <= MAX_PROMPT:
        lines = (*opener, *lines)
    quick = Option(words.text("question.quick"), Reply.QUICK)
    taps = (*_yes_no(words), quick) if standing.brief.near else _yes_no(words)
    return Prompt(step, lines, taps, kind=standing.brief.kind)


def _against(standing: Standing, values: dict[str, str], words: Words) -> Line:
    many = len(standing.brief.choices) > MAX_CHOICES
    return words.say("question.every" if many else "question.choices", **values)


def _how_win(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    ways = (Factor.OFFERING, Factor.COMMERCIALS, Factor.EASE)
    options = [Option(words.text(f"how_win.options.{f}"), Reply.WIN, str(f)) for f in ways]
    options.append(Option(words.text("how_win.options.none"), Reply.NONE))
    return Prompt(step, (words.say("how_win.ask"),), tuple(options))


def _factor(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    question = words.turn(f"ask.{step.factor}", dialogue.number)
    values = filling(standing.brief, words) | {"factor": words.text(f"factor.{step.factor}")}
    line = fill("*{factor}.* " + question, **values)
    if quote := _quote(standing, step.factor, (line,), words):
        return Prompt(step, (*quote, line), _yes_no(words))
    guess = words.say("still.guess")
    guessed = step.factor in standing.brief.past.guesses
    if guessed and _length((guess, line)) + MAX_THANKS <= MAX_PROMPT:
        return Prompt(step, (guess, line), _yes_no(words))
    return Prompt(step, (line,), _yes_no(words))


def _quote(
    standing: Standing, factor: Factor | None, lines: tuple[Line, ...], words: Words
) -> tuple[Line, ...]:
    """What they said in a call about a factor, or about none, as far as these lines leave room."""
    quote = next((quote for quote in standing.brief.past.quotes if quote.factor is factor), None)
    if quote is None:
        return ()
    day = words.day(date.fromisoformat(quote.day))
    frame = words.say("still.said", since=day, phrase="")
    room = MAX_PROMPT - MAX_THANKS - _length((frame, *lines))
    said = words.say("still.said", since=day, phrase=short(quote.text, min(room, MAX_QUOTE)))
    return (said,) if room >= LEGIBLE else ()


def _still(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    assert step.factor is not None
    record = standing.records[step.factor]
    assert record.still is not None
    values = filling(standing.brief, words) | {"factor": words.text(f"factor.{step.factor}")}
    if record.earlier:
        values["since"] = words.day(date.fromisoformat(record.earlier.since))
        values["rivals"] = join([short(name) for name in record.earlier.rivals] or [""], words)
    asked = fill("*{factor}.* " + words.text(f"still.{record.still}"), **values)
    newer = Option(words.text("still.options.newer"), Reply.FORM, form="evidence")
    taps = _options(words, "still.options", yes=Reply.YES, unsure=Reply.UNSURE, no=Reply.NO)
    return Prompt(step, (*_shown(record, words), asked), (*taps, newer))


def _gate(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    assert step.factor is not None
    values = filling(standing.brief, words)
    turn = dialogue.number + ASKED.index(step.factor)
    line = fill(words.turn("gate.lines", turn), **values)
    if standing.records[step.factor].by_how_win:
        alone = step.factor is Factor.OFFERING and not standing.brief.competitors
        line = words.say(f"how_win.gate.{step.factor}{'_alone' if alone else ''}", **values)
    elif question := dialogue.question(step):
        line = (*line, *fill(" " + template(question, words), **values))
    told = Option(words.text("gate.options.told"), Reply.FORM, form="evidence")
    taps = _options(words, "gate.options", believe=Reply.BELIEVE, **{"not": Reply.NOT})
    return Prompt(step, (line,), (told, *taps))


def _doubt(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    assert step.factor is not None
    record = standing.records[step.factor]
    assert record.reading is not None
    values = filling(standing.brief, words)
    wordings = [
        wording
        for wording in words.find(f"doubt.{record.fault}")
        if values["rival"] or "{rival}" not in wording
    ]
    turn = dialogue.number + len(dialogue.doubted) - 1
    line = fill(wordings[turn % len(wordings)], phrase=record.reading.phrase, **values)
    again = Option(words.text("doubt.options.again"), Reply.FORM, form="evidence")
    taps = _options(words, "doubt.options", mine=Reply.MINE, misread=Reply.MISREAD)
    return Prompt(step, (line,), (again, *taps))


def _keep(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    assert step.factor is not None
    record = standing.records[step.factor]
    reading = record.reading
    if reading is None or not reading.text:
        mine = Option(words.text("keep.options.mine"), Reply.MINE)
        form = Option(words.text("keep.options.form"), Reply.FORM, form="evidence")
        return Prompt(step, (words.say("keep.gone"),), (form, mine))
    if reading.source is Source.IMPRESSION:
        key = "keep.unread" if reading.foreign else "keep.mine"
        shown = words.say(key, what=short(reading.text, 160))
        mine = Option(words.text("keep.options.mine"), Reply.MINE)
        form = Option(words.text("keep.options.form"), Reply.FORM, form="evidence")
        return Prompt(step, (shown,), (form, mine) if reading.foreign else (mine, form))
    compare = words.say("keep.compare", buyer=buyer(standing.brief, words))
    return _compare(standing, step, words, (*_shown(record, words), compare))


def _shown(record: Record, words: Words) -> tuple[Line, Line]:
    """What was said or done, and below it by whom and when."""
    reading = record.reading
    assert reading is not None
    by = words.say(
        "keep.shown_when" if reading.when else "keep.shown",
        who=short(reading.who, 40) or words.text("keep.nobody"),
        source=words.text(f"keep.source.{reading.source}"),
        when=short(reading.when, 30),
    )
    return fill("{what}", what=short(reading.what, 120)), by


def _compare(standing: Standing, step: Step, words: Words, lines: tuple[Line, ...]) -> Prompt:
    brief = standing.brief
    each = tuple(
        Option(with_capital(choice_name(choice, brief, words)), Reply.BETTER, choice.key)
        for choice in brief.choices
    )
    none = Option(words.text("keep.options.none"), Reply.BETTER)
    change = Option(words.text("keep.options.change"), Reply.FORM, form="evidence")
    if len(each) < 2:
        return Prompt(step, lines, (*each, none, change))
    key = "both" if len(each) == 2 else "all"
    every = "|".join(choice.key for choice in brief.choices)
    together = Option(words.text(f"keep.options.{key}"), Reply.BETTER, every)
    if len(each) == 2:
        return Prompt(step, lines, (*each, together, none, change))
    return Prompt(step, lines, (together, none, change), pick=each)


def _hard(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    question = template(dialogue.question(step), words)
    line = fill(question, **filling(standing.brief, words))
    return Prompt(step, (line,), _options(words, "hard.options", skip=Reply.SKIP))


def _again(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    lines = (*verdict_lines(standing, words), (), words.say("question.again"))
    return Prompt(step, lines, _yes_no(words))


def change_line(change: Change, standing: Standing, words: Words) -> Line:
    """A change as one if-then sentence."""
    if change.words:
        return fill("{words}", words=change.words)
    when, will, so_that = change_parts(change, standing, words)
    return words.say("change.said", when=when, will=will, so_that=so_that)


def change_parts(change: Change, standing: Standing, words: Words) -> tuple[str, str, str]:
    """When, will and so that of a change, to prefill the form."""
    if not change.key:
        return change.when, change.will or change.words, change.so_that
    factor, _, place = change.key.partition(".")
    prefilled = words.find(f"change.{factor}")[int(place)]
    values = filling(standing.brief, words)
    when, will, so_that = (
        plain(fill(prefilled[part], **values)) for part in ("when", "will", "so_that")
    )
    return when, will, so_that


def _change(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    offer = changes.offered(dialogue, words)
    factor = changes.factor_to_change(standing)
    taps = _options(words, "change.options", another=Reply.ANOTHER, none=Reply.NONE)
    edit = Option(words.text("change.options.change"), Reply.FORM, form="change")
    if standing.wish:
        said = clip(standing.wish.words or standing.wish.will)
        keep = Option(words.text("change.options.anyway"), Reply.KEEP)
        return Prompt(step, (words.say("change.wish", phrase=said),), (edit, keep, *taps))
    if standing.rival is Reply.PROBABLY:
        intro = words.say("change.again")
    else:
        key = changes.aim(standing)
        intro = words.say(f"change.{key}", factor=words.text(f"inside.{factor}"))
    keep = Option(words.text("change.options.keep"), Reply.KEEP)
    return Prompt(step, (intro, change_line(offer, standing, words)), (keep, edit, *taps))


def _rival(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    values = filling(standing.brief, words)
    key = "rival.ask" if values["rival"] else "rival.ask_anyone"
    taps = _options(words, "rival.options", probably=Reply.PROBABLY, no=Reply.NO)
    return Prompt(step, (words.say(key, **values),), taps)


def _done(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    one_minute = standing.brief.length is Length.ONE
    key = "alone" if standing.rival is Reply.NO else "kept"
    line = words.say(f"done.{key if standing.change else 'nothing'}")
    if one_minute:
        line = words.say("done.three", kept=plain(line))
    along = words.say("done.take_along", question=take_along(standing, words))
    again = Option(again_label(standing.brief, words), Reply.BRIEF, form="again")
    return Prompt(step, (line, along), (again,))


def again_label(brief: Brief, words: Words) -> str:
    """The way to the next check with the same buyer."""
    if not brief.person and not brief.company:
        return words.text("history.alone")
    return words.plain("history.again", buyer=buyer(brief, words))


def take_along(standing: Standing, words: Words) -> str:
    """The question to take into the call."""
    return words.plain("done.question", spoken=choices(standing.brief, words, "spoken"))


def _stopped(dialogue: Dialogue, standing: Standing, step: Step, words: Words) -> Prompt:
    if step.ask is Ask.PAUSED:
        taps = _options(words, "paused.options", resume=Reply.RESUME)
        return Prompt(step, (words.say("paused.ask"),), taps)
    again = Option(words.text("cancelled.options.again"), Reply.BRIEF, form="brief")
    return Prompt(step, (words.say("cancelled.ask"),), (again,))


_PROMPTS: dict[Ask, Callable[[Dialogue, Standing, Step, Words], Prompt]] = {
    Ask.FILL_IN: _fill_in,
    Ask.QUESTION: _question,
    Ask.HOW_WIN: _how_win,
    Ask.FACTOR: _factor,
    Ask.STILL: _still,
    Ask.GATE: _gate,
    Ask.DOUBT: _doubt,
    Ask.KEEP: _keep,
    Ask.HARD: _hard,
    Ask.AGAIN: _again,
    Ask.CHANGE: _change,
    Ask.RIVAL: _rival,
    Ask.DONE: _done,
    Ask.PAUSED: _stopped,
    Ask.CANCELLED: _stopped,
}
