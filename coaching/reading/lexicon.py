"""The words a sentence is read by, and the likeness that forgives a slip of the keyboard."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TURNS = ("elsewhere", "own_figures", "imagined")
"""Turns of phrase that say where a sentence comes from, though it names nobody."""
SHORTEST_FOLDED = 5
"""Letters a word needs before one wrong letter is forgiven; shorter ones are too much alike."""

KINDS = {
    "we": "O",
    "us": "M",
    "our": "o",
    "they": "T",
    "them": "h",
    "their": "t",
    "nobody": "Z",
    "who": "W",
    "the": "e",
    "role": "R",
    "group": "C",
    "say": "S",
    "do": "A",
    "feel": "L",
    "think": "U",
    "be": "X",
    "will": "F",
    "would": "H",
    "if": "I",
    "not": "n",
    "outside": "G",
    "generic": "g",
    "elsewhere": "P",
    "rival": "K",
    "inside": "Q",
    "document": "D",
    "polite": "V",
    "compare": "Y",
    "relative": "y",
    "time": "m",
    "push": "k",
    "company": "f",
    "by": "b",
    "of": "p",
    "to": "v",
    "and": "c",
    "it": "j",
}
"""Each kind of word by one letter, so that a whole sentence is a string to be searched."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words with the kinds they can be, the likeliest first."""

    kinds: dict[str, str]
    spelling: dict[str, str]
    folded: dict[str, str]
    stock: re.Pattern[str]
    noncommittal: re.Pattern[str]
    turns: dict[str, re.Pattern[str]]
    foreign: frozenset[str]

    def find(self, word: str) -> str:
        """The letters of the kinds a word can be, spelt right or nearly; empty for any other."""
        return self.kinds.get(self.spell(word), "")

    def spell(self, word: str) -> str:
        """The word of the lexicon that was meant, or the word itself."""
        word = word.lower().rstrip(".")
        if word in self.kinds:
            return word
        if word in self.spelling:
            return self.spelling[word]
        if len(word) < SHORTEST_FOLDED or not word.isalpha():
            return word
        near = (self.folded[cut] for cut in _cuts(word) if cut in self.folded)
        return next((found for found in near if _is_slip(word, found)), word)


def _cuts(word: str) -> list[str]:
    """The word, and the word with any one letter left out: two that share one are near."""
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]


def _is_slip(word: str, meant: str) -> bool:
    """Whether, of two near words, one is a slip: one letter missing, too much, wrong or swapped.

    Never the first, nor the last: a planner is not planned.
    """
    if (word[0], word[-1]) != (meant[0], meant[-1]):
        return False
    return len(word) != len(meant) or sum(a != b for a, b in zip(word, meant, strict=True)) <= 2


@cache
def lexicon() -> Lexicon:
    """The English lexicon, read once."""
    data = tomllib.loads(
        files(__name__.rpartition(".")[0]).joinpath("lexicon.toml").read_text("utf-8")
    )
    kinds: dict[str, str] = {}
    for name, words in data["kinds"].items():
        for word in words.split():
            kinds[word] = kinds.get(word, "") + KINDS[name]
    kinds |= dict.fromkeys(("no one", "not one", "not a single"), KINDS["nobody"])
    folded: dict[str, str] = {}
    for name in data["fold"]["kinds"]:
        for word in data["kinds"][name].split():
            if len(word) >= SHORTEST_FOLDED and word.isalpha():
                for cut in _cuts(word):
                    folded.setdefault(cut, word)
    kinds |= dict.fromkeys(data["fold"]["known"].split(), "")
    return Lexicon(
        kinds,
        data["spelling"],
        folded,
        _any_of(data["stock"]["phrases"]),
        _any_of(data["noncommittal"]["phrases"]),
        {name: _any_of(data[name]["phrases"]) for name in TURNS},
        frozenset(data["foreign"]["words"].split()),
    )


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.I)
