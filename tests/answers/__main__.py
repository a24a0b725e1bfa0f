"""How often the reading is right: ``make answers FILE=path.tsv``.

The file is tab-separated, without quoting, with the columns id, answer and label; other columns
are ignored. A label is one of those of ``coaching.reading.Label``, or several joined by ``|`` where
each of them is right. What is measured is the very reading the product uses, without any names.
"""

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from coaching.reading import Label, read

NEEDED = ("id", "answer", "label")


class Unreadable(ValueError):
    """A file that cannot be measured; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One row: the sentence, the labels that are right, and the one that was read."""

    id: str
    text: str
    right: tuple[Label, ...]
    got: Label

    @property
    def expected(self) -> Label:
        """The label it counts under."""
        return self.got if self.got in self.right else self.right[0]


def load(path: Path) -> list[Answer]:
    """The rows of a file, read; ``Unreadable`` when it is no such file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            missing = [name for name in NEEDED if name not in (table.fieldnames or ())]
            rows = list(table)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}. Name a file: make answers FILE=…") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 text.") from error
    if missing:
        raise Unreadable(
            f"{path}: no column {' and no column '.join(missing)}. The first line must name the "
            f"columns {', '.join(NEEDED)}, with tabs between them."
        )
    if not rows:
        raise Unreadable(f"{path} has no rows below its first line.")
    return [_answer(path, line, row) for line, row in enumerate(rows, 2)]


def _answer(path: Path, line: int, row: dict[str, str | None]) -> Answer:
    text, wanted = row["answer"] or "", row["label"] or ""
    try:
        right = tuple(Label(name.strip().lower()) for name in wanted.split("|"))
    except ValueError as error:
        known = ", ".join(Label)
        raise Unreadable(f"{path}, line {line}: “{wanted}” is no label of {known}.") from error
    return Answer(row["id"] or "", text, right, read(text).label)


@dataclass(frozen=True, slots=True)
class Figures:
    """How often all labels are right, and how far *supported* can be trusted; nought to one."""

    accuracy: float
    precision: float
    recall: float

    def __str__(self) -> str:
        return (
            f"accuracy {self.accuracy:.2f}, supported precision {self.precision:.2f}, "
            f"supported recall {self.recall:.2f}"
        )


def measure(answers: list[Answer]) -> Figures:
    """The figures of a file; a share of nothing is one."""

    def share(of: list[Answer]) -> float:
        return sum(a.got in a.right for a in of) / len(of) if of else 1.0

    said = [a for a in answers if a.got is Label.SUPPORTED]
    meant = [a for a in answers if Label.SUPPORTED in a.right]
    return Figures(share(answers), share(said), share(meant))


def report(answers: list[Answer]) -> str:
    """Each reading that differs, the table of what was taken for what, and the figures."""
    lines = [
        f"{a.id}\t{'|'.join(a.right)} read as {a.got}\t{a.text}"
        for a in answers
        if a.got not in a.right
    ]
    counts = Counter((a.expected, a.got) for a in answers)
    width = max(map(len, Label)) + 1
    lines += ["", "labelled (rows), read as (columns)"]
    lines.append(" " * width + "".join(f"{label:>{width}}" for label in Label))
    for row in Label:
        cells = "".join(f"{counts[row, column]:>{width}}" for column in Label)
        lines.append(f"{row:<{width}}{cells}")
    return "\n".join([*lines, "", str(measure(answers))])


def main(arguments: list[str]) -> int:
    """Print the report of one file; 2 when it cannot be measured."""
    path = Path(arguments[0]) if len(arguments) == 1 and arguments[0] else None
    try:
        if path is None:
            raise Unreadable("Name a file: make answers FILE=path.tsv")
        print(report(load(path)))
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
