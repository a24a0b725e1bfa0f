"""What a start costs: importing, and the way to the first answer."""

import sys
from pathlib import Path

from tests.bench import bots
from tests.bench.measures import AT_ONCE, commands, sqlite
from tests.bench.report import Row, at_most, run
from tests.bench.slack import CheapSlack

BARE = "aiohttp.web, slack_bolt.async_app, sqlalchemy.ext.asyncio, aiosqlite, asyncpg"
MEASURED = """
import time; begun = time.process_time()
import {modules}
import psutil
print(time.process_time() - begun, psutil.Process().memory_info().rss)
"""
ROUNDS = 5


async def imports() -> list[Row]:
    """P11: CPU and memory of what `differ serve` imports, against the libraries alone."""
    cpu, memory = [], []
    for _ in range(ROUNDS):
        floor_cpu, floor_memory = await _imported(BARE)
        own_cpu, own_memory = await _imported("bot.__main__")
        cpu.append(own_cpu / floor_cpu)
        memory.append(own_memory / floor_memory)
    return [
        at_most("P11 CPU of the imports, of the libraries' alone", cpu, 1.2),
        at_most("P11 memory after the imports, of the libraries' alone", memory, 1.3),
    ]


async def _imported(modules: str) -> tuple[float, float]:
    said, _ = await run(sys.executable, "-c", MEASURED.format(modules=modules))
    seconds, size = said.split()
    return float(seconds), float(size)


async def ready(slack: CheapSlack, folder: Path) -> list[Row]:
    """P11: from the start of the process to its first answer, with a database that is there."""
    ratios, memory = [], []
    for number in range(ROUNDS + 1):
        async with bots.floor(slack, sqlite(folder / "start_floor.db")) as floor:
            floor_memory = floor.driver.memory()
        async with bots.product(slack, sqlite(folder / "start.db")) as product:
            own_memory = product.driver.memory()
        if number:  # the first makes the databases
            ratios.append(product.seconds_to_ready / floor.seconds_to_ready)
            memory.append(own_memory / floor_memory)
    return [
        at_most("P11 time to the first answer, of the floor's", ratios, 1.5),
        at_most("P11 memory when ready, of the floor's", memory, 1.3),
    ]


async def soak(slack: CheapSlack, folder: Path, sessions: int) -> list[Row]:
    """P11: whether the memory grows, from a fifth of the sessions to all of them."""
    async with bots.product(slack, sqlite(folder / "soak.db")) as bot:
        sizes = []
        for some in (sessions // 5, sessions - sessions // 5):
            for _ in range(some // 100):
                await bot.driver.closed(commands(100), AT_ONCE, 0)
            sizes.append(bot.driver.memory())
    name = f"P11 memory after {sessions} sessions, of that after {sessions // 5}"
    return [at_most(name, [sizes[1] / sizes[0]], 1.05)]
