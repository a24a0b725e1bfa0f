"""How often a sentence is read into all its parts: ``python -m tests.answers.parts``.

``parts.tsv`` holds supported sentences with who, when and what they rest on; where several
readings are right they are joined by ``|``. Its first half was written before the rules.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from coaching.reading import Reading, read

FILE = Path(__file__).parent / "parts.tsv"
_OPENS = re.compile(r"^(?:the|their|a|my)\s+", re.I)


@dataclass(frozen=True, slots=True)
class Expected:
    """One row: the sentence, and for each part the readings that are right."""

    answer: str
    who: tuple[str, ...]
    when: tuple[str, ...]
    source: tuple[str, ...]
    half: str

    def wrong(self, reading: Reading) -> list[str]:
        """The parts that were read otherwise."""
        parts = {
            "who": _same(reading.who) in map(_same, self.who),
            "when": reading.when.lower() in [when.lower() for when in self.when],
            "source": reading.source in self.source,
        }
        return [name for name, right in parts.items() if not right]


def _same(who: str) -> str:
    """A name or role without the article before it."""
    return _OPENS.sub("", who.lower())


def rows() -> list[Expected]:
    """All rows of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Expected(
                row["answer"],
                tuple(row["who"].split("|")),
                tuple(row["when"].split("|")),
                tuple(row["source"].split("|")),
                row["half"],
            )
            for row in table
        ]


def share(half: str) -> float:
    """The share of sentences of one half whose parts are all right; nought to one."""
    of = [row for row in rows() if row.half == half]
    return sum(not row.wrong(read(row.answer)) for row in of) / len(of)


if __name__ == "__main__":
    for row in rows():
        reading = read(row.answer)
        if wrong := row.wrong(reading):
            got = f"{reading.who} / {reading.when} / {reading.source}"
            print(f"{row.half}: {', '.join(wrong)} read as {got}\t{row.answer}")
    print(f"all parts right: first half {share('first'):.2f}, second half {share('second'):.2f}")
