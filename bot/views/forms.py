"""The three forms of a check, and what was filled in."""

import json
from datetime import datetime

from bot.views.elements import MAX_LABEL, choose, option
from bot.views.fields import (
    Values,
    Wrong,
    field,
    modal,
    moment,
    selected,
    selected_moment,
    text_input,
    ticked,
    typed,
)
from bot.views.text import Block, Body, plain_text
from coaching import change as changes
from coaching.brief import Brief, Choice, Kind, Length, Sort
from coaching.moves import Change
from coaching.phrases import choice_name, short
from coaching.reading import MAX_TEXT, Reading, Source
from coaching.words import Words, with_capital
from storage import Buyer

MAX_NAME = 60
MAX_COMPETITORS = 5
MAX_COMPETITOR = 40

# before the call


def brief_form(
    words: Words,
    brief: Brief,
    known: tuple[Buyer, ...] = (),
    check_id: str = "",
    *,
    since: str = "",
) -> Body:
    """What is planned, for whom, when, against which other choices; five minutes or one.

    ``since`` says when the seller was last forgotten: a form from before is not taken. What the
    brief has ``first`` comes back with the form.
    """
    say = words.text
    blocks = [
        field(
            "plan",
            say("form.brief.plan"),
            text_input(MAX_TEXT, brief.plan, say("form.brief.plan_hint")),
        ),
        field("length", say("form.brief.length"), _length(words, brief)),
        *_whom(words, brief, known),
        *_choices(words, brief),
        field("call_at", say("form.brief.call_at"), moment(brief.call), optional=True),
    ]
    about = json.dumps({"check": check_id, "since": since, "first": brief.first or ""})
    return modal(words, "brief", about, blocks)


def _whom(words: Words, brief: Brief, known: tuple[Buyer, ...]) -> list[Block]:
    say = words.text
    blocks: list[Block] = []
    if known:
        options = [option(short(_name(buyer), MAX_LABEL), buyer.id) for buyer in known]
        chosen = [b.id for b in known if (b.person, b.company) == (brief.person, brief.company)]
        select = choose("static_select", options, *chosen)
        select["placeholder"] = plain_text(say("form.brief.known_hint"))
        blocks.append(field("known", say("form.brief.known"), select, optional=True))
        if chosen:
            brief = Brief(brief.plan)
    label = say("form.brief.person_new" if known else "form.brief.person")
    person = text_input(MAX_NAME, brief.person, say("form.brief.person_hint"))
    company = text_input(MAX_NAME, brief.company, say("form.brief.company_hint"))
    blocks.append(field("person", label, person, optional=True))
    blocks.append(field("company", say("form.brief.company"), company, optional=True))
    return blocks


def _name(buyer: Buyer) -> str:
    return " · ".join(part for part in (buyer.person, buyer.company) if part)


def _choices(words: Words, brief: Brief) -> list[Block]:
    unnamed = [sort for sort in Sort if sort is not Sort.COMPETITOR]
    options = [option(words.text(f"form.brief.choice.{sort}"), sort) for sort in unnamed]
    sorts = [str(choice.sort) for choice in brief.choices]
    names = ", ".join(choice.name for choice in brief.competitors)
    hint = words.text("form.brief.competitors_hint")
    return [
        field(
            "choices",
            words.text("form.brief.choices"),
            choose("checkboxes", options, *sorts),
            optional=True,
        ),
        field(
            "competitors",
            words.text("form.brief.competitors"),
            text_input(MAX_COMPETITORS * (MAX_COMPETITOR + 2), names, hint),
            optional=True,
        ),
    ]


def _length(words: Words, brief: Brief) -> Block:
    options = [option(words.text(f"form.brief.size.{length}"), length) for length in Length]
    return choose("radio_buttons", options, brief.length)


def read_brief(values: Values, words: Words, known: tuple[Buyer, ...], now: datetime) -> Brief:
    """The brief that was filled in; its kind and what is known of the buyer come later.

    Raises:
        Wrong: with a sentence for each block to mend.
    """
    plan = typed(values, "plan")
    person, company = typed(values, "person"), typed(values, "company")
    chosen = selected(values, "known")
    if not person and not company and (buyer := next((b for b in known if b.id == chosen), None)):
        person, company = buyer.person, buyer.company
    call_at = selected_moment(values, "call_at")
    errors = {} if plan else {"plan": words.text("form.brief.wrong.plan")}
    if call_at and call_at < now:
        errors["call_at"] = words.text("form.brief.wrong.past")
    choices = _read_choices(values, words, errors)
    if errors:
        raise Wrong(errors)
    length = Length(selected(values, "length") or Length.FIVE)
    at = call_at.isoformat() if call_at else ""
    return Brief(plan, person, company, choices, length, at, Kind.OTHER)


def _read_choices(values: Values, words: Words, errors: dict[str, str]) -> tuple[Choice, ...]:
    chosen = ticked(values, "choices")
    names = [" ".join(name.split()) for name in typed(values, "competitors").split(",")]
    names = list({name.casefold(): name for name in names if name}.values())
    if len(names) > MAX_COMPETITORS:
        errors["competitors"] = words.text("form.brief.wrong.too_many")
    elif any(len(name) > MAX_COMPETITOR for name in names):
        errors["competitors"] = words.text("form.brief.wrong.name")
    rest = [Choice(sort) for sort in Sort if sort in chosen and sort is not Sort.COMPETITOR]
    if not names and not rest and not errors:
        errors["choices"] = words.text("form.brief.wrong.choices")
    return (*(Choice(Sort.COMPETITOR, name) for name in names), *rest)


# what they said or did


def evidence_form(
    words: Words, brief: Brief, reading: Reading | None, check_id: str, step: str
) -> Body:
    """Who, what, when, what it rests on, and what it was better than."""
    say = words.text
    who, what, when = (reading.who, reading.what, reading.when) if reading else ("", "", "")
    who = who or brief.person or brief.company
    rests = reading.source if reading else Source.SAID
    sources = [option(say(f"form.evidence.source_option.{s}"), s) for s in Source]
    names = {c.key: choice_name(c, brief, words) for c in brief.choices}
    options = [option(with_capital(name), key) for key, name in names.items()]
    hints = {part: say(f"form.evidence.{part}_hint") for part in ("who", "what", "when")}
    whom = text_input(MAX_NAME, who, hints["who"])
    deed = text_input(MAX_TEXT, what, hints["what"], long=True)
    day = text_input(MAX_NAME, when, hints["when"])
    blocks = [
        field("who", say("form.evidence.who"), whom, optional=True),
        field("what", say("form.evidence.what"), deed),
        field("when", say("form.evidence.when"), day, optional=True),
        field("source", say("form.evidence.source"), choose("radio_buttons", sources, rests)),
        field(
            "compare", say("form.evidence.compare"), choose("checkboxes", options), optional=True
        ),
    ]
    return modal(words, "evidence", json.dumps({"check": check_id, "step": step}), blocks)


def read_evidence(values: Values, words: Words) -> tuple[Reading, tuple[str, ...]]:
    """The sentence in its parts, and the choices it was better than.

    Raises:
        Wrong: when somebody over there said or did it, and nobody is named.
    """
    who, what, when = (typed(values, part) for part in ("who", "what", "when"))
    source = Source(selected(values, "source") or Source.SAID)
    if source is not Source.IMPRESSION and not who:
        raise Wrong({"who": words.text("form.evidence.wrong.who")})
    compared = () if source is Source.IMPRESSION else ticked(values, "compare")
    return Reading(what, who, what, when, source), compared


# the one change


def change_form(words: Words, parts: tuple[str, str, str], check_id: str, step: str) -> Body:
    """When, I will, so that."""
    names = ("when", "will", "so_that")
    blocks = [
        field(name, words.text(f"form.change.{name}"), text_input(MAX_TEXT, part, long=True))
        for name, part in zip(names, parts, strict=True)
    ]
    return modal(words, "change", json.dumps({"check": check_id, "step": step}), blocks)


def read_change(values: Values, words: Words) -> Change:
    """The change in the seller's words."""
    when, will, so_that = (typed(values, part) for part in ("when", "will", "so_that"))
    return changes.read_change(Change(when=when, will=will, so_that=so_that), words)
