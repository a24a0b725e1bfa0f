"""A process of its own, to be killed: claims what is due, says how much, and does nothing more."""

from __future__ import annotations

import asyncio
import sys

from storage import KeyRing, Store


async def main(url: str, keys: str, limit: str, lease: str) -> None:
    store = await Store.open(url, KeyRing.from_text(keys))
    claimed = await store.claim("killed", int(limit), float(lease))
    sys.stdout.write(f"{len(claimed)}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
