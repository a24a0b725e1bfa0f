"""Train the weights of the reading: ``make weights``.

Multinomial logistic regression over the signals of ``coaching/reading/signals.py``, in plain
Python, from the files in ``TRAINED``. The same rows give the same file, byte for byte.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp
from pathlib import Path

from coaching.reading import Label
from coaching.reading.events import events
from coaching.reading.sentence import parse
from coaching.reading.signals import signals
from coaching.reading.weights import LABELS, Weights

HERE = Path(__file__).parent
MANY_VOICES = "training.tsv"
TRAINED = (MANY_VOICES, "other_hand.tsv", "seven_authors.tsv")
MEASURED = ("development.tsv", "untouched.tsv", "sixteen_sellers.tsv", "twenty_sellers.tsv")
WEIGHTS = HERE.parent.parent / "coaching" / "reading" / "weights.tsv"
EPOCHS, RATE, DECAY, SHRINK = 8, 0.03, 0.5, 0.001
SCALE = 50
FEWEST = 10
"""Rows a signal must be seen in, as written or misspelt."""


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence with its one label; ``voice`` is who speaks, so that voices can be held out."""

    answer: str
    label: str
    voice: str


def trained() -> list[Row]:
    """All rows that are trained on; what is measured, none of them is, even where two agree."""
    measured = {row.answer for name in MEASURED for row in rows(name)}
    return [row for name in TRAINED for row in rows(name) if row.answer not in measured]


def rows(name: str) -> list[Row]:
    """The rows of a file that have one label."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Row(row["answer"], row["label"], row.get("voice") or name)
            for row in table
            if row["label"] in LABELS
        ]


def misspelt(text: str, dice: random.Random) -> str:
    """The text as typed in a hurry: two letters in a hundred wrong, and no capitals."""
    letters = list(text.lower())
    for place in range(1, len(letters) - 1):
        if letters[place].isalpha() and letters[place + 1].isalpha() and dice.random() < 0.03:
            if dice.random() < 0.5:
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
            else:
                letters[place] = ""
    return "".join(letters)


def seen(answer: str) -> list[str]:
    """The signals of an answer, in a fixed order."""
    sentence = parse(" ".join(answer.split()))
    return sorted(signals(sentence, events(sentence)))


def examples(found: Iterable[Row], *, seed: int = 1) -> list[tuple[list[str], int]]:
    """Signals and label of each row, and of the same row misspelt."""
    dice = random.Random(seed)
    given: list[tuple[list[str], int]] = []
    for row in found:
        label = LABELS.index(Label(row.label))
        given.append((seen(row.answer), label))
        given.append((seen(misspelt(row.answer, dice)), label))
    return given


def train(given: list[tuple[list[str], int]], *, seed: int = 1) -> Weights:
    """Whole-number weights of each signal for each label (gradient descent, in a fixed order)."""
    counts = Counter(signal for found, _ in given for signal in found)
    known = sorted(signal for signal, count in counts.items() if count >= FEWEST)
    place = {signal: at for at, signal in enumerate(known)}
    data = [([place[s] for s in found if s in place], label) for found, label in given]
    weights = [[0.0] * len(known) for _ in LABELS]
    dice = random.Random(seed)
    for epoch in range(EPOCHS):
        dice.shuffle(data)
        rate = RATE / (1 + epoch * DECAY)
        for found, label in data:
            _learn(weights, found, label, rate)
        keep = 1 - rate * SHRINK * len(data)
        weights = [[weight * keep for weight in of] for of in weights]
    whole = ([round(weight * SCALE) for weight in of] for of in weights)
    table = dict(zip(known, zip(*whole, strict=True), strict=True))
    return {signal: found for signal, found in table.items() if any(abs(w) > 1 for w in found)}


def _learn(weights: list[list[float]], found: list[int], label: int, rate: float) -> None:
    """One step down the slope of the error on one example."""
    scores = [sum(map(of.__getitem__, found)) for of in weights]
    top = max(scores)
    odds = [exp(score - top) for score in scores]
    total = sum(odds)
    for k, (of, odd) in enumerate(zip(weights, odds, strict=True)):
        step = rate * (odd / total - (k == label))
        for at in found:
            of[at] -= step


def text(weights: Weights) -> str:
    """The weights as a table: a signal and its weight for each label, a line each."""
    lines = ["\t".join(("signal", *LABELS))]
    lines += ["\t".join((signal, *map(str, found))) for signal, found in sorted(weights.items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    WEIGHTS.write_text(text(train(examples(trained()))), encoding="utf-8")
