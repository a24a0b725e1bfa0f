"""The tables of docs/privacy.md, computed."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.attack import surety, usefulness
from tests.attack.insider import read_by_bands
from tests.attack.usefulness import PARTS, Name, Use, simulate
from tests.attack.variants import VARIANTS, Finding

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"
SIZES = (5, 6, 7, 8, 10, 12, 16, 20)


def write() -> None:
    """Put each table between its marks."""
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in (
        ("variants", _variants()),
        ("surety", _surety()),
        ("colluders", _colluders()),
        ("usefulness", _usefulness()),
        ("tried", _tried()),
    ):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        mark = re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(end)})", re.S)
        text, found = mark.subn(_grid(list(lines)), text)
        assert found == 1, f"{PAGE.name} has no place for {name}"
    PAGE.write_text(text, encoding="utf-8")


def _grid(lines: list[list[str]]) -> str:
    rule = ["---"] * len(lines[0])
    return "".join(f"| {' | '.join(line)} |\n" for line in (lines[0], rule, *lines[1:]))


def _variants() -> Iterator[list[str]]:
    yield ["rule", "without it", "what comes of it"]
    for variant in VARIANTS:
        yield [variant.rule, variant.without, _told(variant.try_out(1))]


def _told(finding: Finding) -> str:
    if finding.leaking:
        return f"somebody is read in {finding.leaking:,} of {finding.cases:,} cases"
    return f"nobody is read; broken: *{finding.promise}*"


def _surety() -> Iterator[list[str]]:
    yield [
        "sellers",
        *(f"held, if {p:.0%} hold / not held" for p in surety.PRIORS),
        "all worlds equal",
    ]
    for voters in SIZES:
        chances = [surety.at_worst(voters, prior) for prior in surety.PRIORS]
        cells = [f"{held:.0%} / {lacking:.0%}" for held, lacking in chances]
        if voters > 8:
            yield [str(voters), *cells, ""]
            continue
        held, lacking = surety.at_worst_of_all_worlds(voters)
        yield [str(voters), *cells, f"{held:.0%} / {lacking:.0%}"]


def _colluders() -> Iterator[list[str]]:
    yield ["who tell each other what they answered", "read nobody in a group of"]
    for colluders in (1, 2, 3):
        safe = next(n for n in range(5, 21) if not next(read_by_bands(n, colluders), None))
        yield [str(colluders), f"{safe} or more"]


def _usefulness() -> Iterator[list[str]]:
    yield [
        "sellers",
        *(f"a summary, {part:.0%} taking part" for part in PARTS),
        "names one factor",
        "truly the weakest",
        "names two",
        "the weakest among them",
    ]
    for size in SIZES:
        uses = [simulate(size, part) for part in PARTS]
        yield [
            str(size),
            *(f"{use.summaries / use.closes:.0%}" for use in uses),
            *_named(uses[-1]),
        ]


def _named(use: Use) -> list[str]:
    return [
        f"{use.one / use.summaries:.0%}",
        f"{use.right_of_one / use.one:.0%}",
        f"{use.two / use.summaries:.0%}",
        f"{use.right_of_two / use.two:.0%}" if use.two else "",
    ]


TRIED: tuple[tuple[str, Name], ...] = (
    ("one factor alone in the lowest band, or none", usefulness.only_alone),
    ("**one or two of them** (published)", usefulness.as_published),
    ("the same with two bands for three", usefulness.in_two_bands),
    ("by the count, where the lowest band is wide", usefulness.by_count_where_safe),
    ("by the count (leaks)", usefulness.by_count),
)


def _tried() -> Iterator[list[str]]:
    yield [
        "a team of six, 90% taking part",
        "names one",
        "truly the weakest",
        "names two",
        "the weakest among them",
    ]
    for what, name in TRIED:
        yield [what, *_named(simulate(6, PARTS[-1], name))]
