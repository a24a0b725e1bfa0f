"""Turning a brief into the phrases that questions are filled with."""

from coaching.brief import Brief, Choice, Kind, Sort
from coaching.words import Words

MAX_NAME = 24
"""Characters of a name inside a question; the whole name stands on the card."""
MAX_CHOICES = 3
"""Choices named in one question; with more it is "any of their other choices"."""


def short(name: str, limit: int = MAX_NAME) -> str:
    """A name cut to fit a question."""
    name = " ".join(name.split())
    return name if len(name) <= limit else name[: limit - 1].rstrip() + "…"


def buyer(brief: Brief, words: Words) -> str:
    """How the buyer is called: first name, else company, else "your buyer"."""
    return short(brief.first_name) or words.text("your_buyer")


def choice_name(choice: Choice, brief: Brief, words: Words) -> str:
    """A choice by its name: "Acme", "leaving it as it is"."""
    return _phrase(choice, "name", brief, words)


def choices(brief: Brief, words: Words, form: str, last: str = "list_or") -> str:
    """All live choices in one phrase.

    Args:
        form: ``name``, ``with``, ``from`` or ``spoken``.
        last: the key of what stands before the last one, " and " or " or ".
    """
    if len(brief.choices) > MAX_CHOICES:
        return words.text(f"choice.any.{form}")
    phrases = [_phrase(choice, form, brief, words) for choice in brief.choices]
    return join(phrases, words, last)


def join(phrases: list[str], words: Words, last: str = "list_and") -> str:
    """A list in words: "a, b and c"."""
    *head, tail = phrases
    return ", ".join(head) + words.text(last) + tail if head else tail


def _occasion(brief: Brief, words: Words, form: str) -> str:
    """The plan in a ``noun``, "this demo", or what its kind is called; or what comes ``after``."""
    own = words.text(f"kind.{brief.kind}.{form}")
    if brief.kind is Kind.INTERNAL:
        return own  # the buyer is not in the meeting that the plan names
    plan = brief.plan.lower()
    found = []
    for gender in words.find("occasion").values():
        for noun in gender["nouns"]:
            place = plan.find(noun.lower())
            if place >= 0 and _whole(plan, noun, place):
                found.append((place, -len(noun), gender[form].replace("{noun}", noun)))
    return min(found)[2] if found else own


def _whole(text: str, noun: str, start: int) -> bool:
    around = text[max(0, start - 1) : start] + text[start + len(noun) : start + len(noun) + 1]
    return not any(character.isalnum() for character in around)


def _phrase(choice: Choice, form: str, brief: Brief, words: Words) -> str:
    without = brief.renewal and choice.sort is Sort.NOTHING
    sort = "without" if without else str(choice.sort)
    return words.plain(f"choice.{sort}.{form}", name=short(choice.name))


def filling(brief: Brief, words: Words) -> dict[str, str]:
    """Every placeholder that a question about this plan may use."""
    rival = next((c.name for c in brief.choices if c.sort is Sort.COMPETITOR), "")
    return {
        "buyer": buyer(brief, words),
        "rival": short(rival),
        "occasion": _occasion(brief, words, "noun"),
        "after": _occasion(brief, words, "after"),
        "choices": choices(brief, words, "name", "list_and"),
        "either": choices(brief, words, "name"),
        "with": choices(brief, words, "with"),
        "from": choices(brief, words, "from"),
        "choosing": words.text("ask.staying" if brief.renewal else "ask.choosing"),
    }
