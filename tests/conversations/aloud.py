"""Tells one whole check for each end there is, as docs/conversations.md: to be read aloud."""

import tomllib
from pathlib import Path
from typing import Any

from coaching.answers import is_renewal, propose_kind
from coaching.brief import Brief, Choice, Sort
from coaching.moves import Ask, Move, Reply
from coaching.prompts import Prompt
from coaching.reading import Reading, Source
from coaching.verdict import judge
from coaching.words import Line
from tests.coaching.talk import EN, Talk

HERE = Path(__file__).parent
BOOK = HERE.parents[1] / "docs" / "conversations.md"
FOREWORD = """# Conversations

One check for each end that a check can have, as differ tells them today. `make conversations`
writes this page anew; a test compares it. ▸ is the seller, `code` is a tap.
"""


def sellers() -> list[dict[str, Any]]:
    """What each seller brings and answers."""
    found: list[dict[str, Any]] = tomllib.loads((HERE / "sellers.toml").read_text())["seller"]
    return found


def book() -> str:
    """The whole page."""
    return "\n".join([FOREWORD, *(chapter(seller) for seller in sellers())])


def chapter(seller: dict[str, Any]) -> str:
    """One check, from the article's question to the change."""
    talk = begun(seller)
    whom = f"{seller['person']}, {seller['company']}"
    told = [f"## {seller['title']}\n", f"*{seller['plan']} · {whom}*\n"]
    told.append(said(talk.prompt))
    for answer in seller["answers"]:
        give(talk, answer)
        told += [heard(answer), said(talk.prompt)]
    assert talk.step.ask is Ask.DONE, f"{seller['title']}: {talk.step.key} is left"
    return "\n".join(told)


def begun(seller: dict[str, Any]) -> Talk:
    """The check as its form was sent."""
    plan = seller["plan"]
    brief = Brief(
        plan,
        seller["person"],
        seller["company"],
        tuple(choice(name) for name in seller["choices"]),
        kind=propose_kind(plan, EN),
        renewal=is_renewal(plan, EN),
        known=seller["earlier"] > 0,
    )
    return Talk(brief, seller["earlier"])


def choice(name: str) -> Choice:
    """One of the three that have no name, or a competitor."""
    unnamed = name in (Sort.THEMSELVES, Sort.NOTHING, Sort.ELSEWHERE)
    return Choice(Sort(name)) if unnamed else Choice(Sort.COMPETITOR, name)


def give(talk: Talk, answer: str) -> None:
    """A tap, the small form, or words."""
    if answer == "[Skip this]":
        talk.tap(Reply.SKIP)
    elif answer.startswith("["):
        talk.option(answer.strip("[]"))
    elif answer.startswith("form "):
        who, what, when, source, better = answer.removeprefix("form ").split(" · ")
        reading = Reading(what, who, what, when, Source(source))
        sent = Move(talk.step, Reply.FORM, reading=reading, choices=(choice(better).key,))
        assert talk.give(sent)
    else:
        talk.say(answer)


def end(seller: dict[str, Any]) -> str:
    """The end that a seller's answers come to."""
    talk = begun(seller)
    for answer in seller["answers"]:
        give(talk, answer)
    verdict = judge(talk.states, known=talk.dialogue.standing.brief.known)
    classed = verdict.outcome in ("different", "not_yet")
    return f"{verdict.outcome} {verdict.hand}" if classed else str(verdict.outcome)


def said(prompt: Prompt) -> str:
    """A message of the coach and its taps, as a quotation."""
    lines = [marked(line) for line in prompt.lines]
    taps = " ".join(f"`{option.label}`" for option in (*prompt.pick, *prompt.options))
    return "".join(f"> {line}\\\n" if line else ">\n" for line in lines) + f"> {taps}\n"


def marked(line: Line) -> str:
    """A line in Markdown."""
    return "".join(f"**{span.text}**" if span.bold else span.text for span in line)


def heard(answer: str) -> str:
    """What the seller did."""
    if answer.startswith("["):
        return f"▸ `{answer.strip('[]')}`\n"
    if answer.startswith("form "):
        return f"▸ (in the small form) {answer.removeprefix('form ')}\n"
    return f"▸ “{answer}”\n"


if __name__ == "__main__":
    BOOK.write_text(book(), "utf-8")
