"""A process of its own for the tests that take its disk away or kill it.

Writes interactions, one commit each, and prints the number of each one that was committed.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

from storage import Full, KeyRing, Seller, Store, Tenant

ANN = Seller(Tenant("", "T1"), "U1")


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def allow(size: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


async def interact(store: Store, number: int) -> None:
    async with store.begin(ANN) as transaction:
        await transaction.receive("event", str(number))
        buyer = await transaction.keep_buyer("Marta", str(number), [])
        for step in ("one", "two"):
            await transaction.post(purpose=buyer.company, body={"text": "?" * 3_000}, step=step)


async def write(store: Store, first: int) -> None:
    for number in range(first, first + 100_000):
        await interact(store, number)
        say(number)


async def fill(store: Store, size: int) -> None:
    """Write until the file may not grow, then once more after it may again."""
    allow(size)
    try:
        await write(store, 0)
    except Full:
        say("full")
    allow(resource.RLIM_INFINITY)
    await interact(store, 1_000_000)
    say(1_000_000)


async def main(path: Path, keys: KeyRing, task: str, number: int) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{path}", keys)
    await (write(store, number) if task == "write" else fill(store, number))
    await store.close()


if __name__ == "__main__":
    folder, task, number = sys.argv[1:]
    ring, _ = KeyRing.read_or_make_file(Path(folder) / "differ.key")
    asyncio.run(main(Path(folder) / "differ.db", ring, task, int(number)))
