"""One table, printed and kept in docs/performance.md."""

import asyncio
import os
import platform
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.bots import JOURNAL
from tests.bot.stage import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Row:
    """One target and what became of it; ``met`` is None for what has no target."""

    target: str
    measured: str
    met: bool | None = None


def at_most(target: str, figures: list[float], limit: float) -> Row:
    """A row for the median of some rounds."""
    return Row(f"{target}: at most {limit:g}x", _shown(figures), median(figures) <= limit)


def at_least(target: str, figures: list[float], limit: float) -> Row:
    """A row for the median of some rounds."""
    return Row(f"{target}: at least {limit:g}x", _shown(figures), median(figures) >= limit)


def _shown(figures: list[float]) -> str:
    if len(figures) == 1:
        return f"{figures[0]:.2f}x"
    return f"{median(figures):.2f}x ({min(figures):.2f} to {max(figures):.2f})"


def table(rows: list[Row]) -> str:
    """Markdown."""
    met = {True: "yes", False: "**no**", None: ""}
    lines = [[row.target, row.measured, met[row.met]] for row in rows]
    return grid([["target", "measured", "met"], *lines])


def grid(lines: list[list[str]]) -> str:
    """Markdown: the first line heads the others."""
    rule = ["---"] * len(lines[0])
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))


def machine(postgresql: str) -> str:
    """What the figures were measured on."""
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}; SQLite {sqlite3.sqlite_version}, "
        f"journal {JOURNAL}, synchronous FULL; {postgresql}."
    )


def write(page: Path, text: str) -> None:
    """Put the text between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


async def run(*command: str) -> tuple[str, str]:
    """What a command of ours wrote on both its outputs. Raises RuntimeError when it failed."""
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe
    )
    out, errors = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{errors.decode()}")
    return out.decode(), errors.decode()
