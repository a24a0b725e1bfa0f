"""Weighing the signals of a sentence; the weights are trained (docs/reading.md)."""

from functools import cache
from importlib.resources import files

from coaching.reading.reading import Label

LABELS = (
    Label.SUPPORTED,
    Label.UNSUPPORTED,
    Label.CLICHE,
    Label.SELLER_CENTRED,
    Label.VAGUE,
)
"""The labels that are weighed, in the order of a signal's weights."""
CAUTION = 70
"""What *supported* must weigh more than any other label: a wrong one is the worst answer."""

Weights = dict[str, tuple[int, ...]]
"""For each signal its weight for each label."""


@cache
def weights() -> Weights:
    """The weights that training found, read once."""
    table = files(__package__).joinpath("weights.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in table[1:])
    return {signal: tuple(map(int, found)) for signal, *found in rows}


def weigh(signals: set[str], table: Weights) -> Label:
    """The label that the signals speak for."""
    known = [table[signal] for signal in signals if signal in table]
    scores = {label: sum(row[place] for row in known) for place, label in enumerate(LABELS)}
    scores[Label.SUPPORTED] -= CAUTION
    return max(LABELS, key=scores.__getitem__)
