"""What a seller reads, as data: one file a language."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style."""

    text: str
    bold: bool = False


Line = tuple[Span, ...]
"""One line: spans side by side. A seller's own words are a span and are never read as markup."""


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language, by dotted key (``gate.options.told``)."""

    data: dict[str, Any]

    def find(self, key: str) -> Any:
        """Whatever stands at a key; ``KeyError`` if nothing does."""
        found: Any = self.data
        for part in key.split("."):
            found = found[part]
        return found

    def text(self, key: str) -> str:
        """A sentence as it stands, unfilled."""
        found = self.find(key)
        if not isinstance(found, str):
            raise KeyError(key)
        return found

    def turn(self, key: str, turn: int) -> str:
        """The wording whose turn it is, of a list that rotates."""
        wordings = self.find(key)
        return str(wordings[turn % len(wordings)])

    def say(self, key: str, **values: str) -> Line:
        """A sentence, filled in."""
        return fill(self.text(key), **values)

    def plain(self, key: str, **values: str) -> str:
        """A sentence, filled in, without styles."""
        return plain(self.say(key, **values))

    def day(self, day: date) -> str:
        """A day of the year as people write it: "3 April"."""
        month = self.find("calendar.months")[day.month - 1]
        return self.plain("calendar.day", day=str(day.day), month=month)

    def hears(self, meaning: str, text: str) -> bool:
        """Whether a whole message means this tap or command."""
        said = " ".join(text.lower().replace("’", "'").split())
        return said in self.find(f"hears.{meaning}")


LANGUAGES = {"en": "English (en)", "de": "Deutsch (de)"}
"""By code; each has a file of its own."""


@cache
def words(language: str = "en") -> Words:
    """The words of a language; what it has no sentence for is said in English.

    ``FileNotFoundError`` if there is no such file.
    """
    own = load(language)
    return Words(own if language == "en" else _over(load("en"), own))


def load(language: str) -> dict[str, Any]:
    """What the file of a language holds, and nothing else."""
    return tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))


def _over(below: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both = below | own
    for name in below.keys() & own.keys():
        if isinstance(own[name], dict):
            both[name] = _over(below[name], own[name])
    return both


def fill(template: str, **values: str) -> Line:
    """Fill a template. Only the template's own ``*`` make bold; values are taken literally."""
    spans: list[Span] = []
    bold = False
    for literal, name, _, _ in Formatter().parse(template):
        for index, piece in enumerate(literal.split("*")):
            bold = bold != bool(index)
            if piece:
                spans.append(Span(piece, bold))
        if name is not None and values[name]:
            spans.append(Span(values[name], bold))
    return tuple(_joined(spans))


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].bold == span.bold:
            joined[-1] = Span(joined[-1].text + span.text, span.bold)
        else:
            joined.append(span)
    return joined


def with_capital(text: str) -> str:
    """A text as it begins a sentence; a name further on keeps its capital."""
    return text[:1].upper() + text[1:]


def plain(line: Line) -> str:
    """A line's text without its styles."""
    return "".join(span.text for span in line)
