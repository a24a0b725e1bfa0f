"""Unique words in every text field, and then a search for them where they must not be.

    python -m tests.chaos.canary

Checks go through the running product, which logs all it can. Their calls are asked after, weeks
pass with nudges and a team summary, everybody exports what is theirs, and one forgets it all.
Searched are the database file and its journal, the journal also while the product is at work, all
that was logged, a backup, unpacked, every post in a channel, and what everybody else was shown or
sent, exports included. The exit code is 1 if a single word was found.

Sellers come in flocks, each with a product, a database and a small Slack of its own; two of them
are at work side by side.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from bot.playground import delivery, workspace
from tests.chaos.cage import Cage
from tests.chaos.crowd import small_slack
from tests.chaos.databases import quick_folder
from tests.chaos.flock import Flock
from tests.chaos.kill import say
from tests.chaos.product import Template

SIDE_BY_SIDE = 2
MOST = 150
"""Checks of one flock."""
PATIENCE = timedelta(minutes=1)
"""For an answer, where Slack waits three seconds: machines are busy, and this tests no speed."""


async def fly(checks: int, folder: Path) -> Cage:
    """So many checks, and the search."""
    cage = Cage()
    rounds = -(-checks // (SIDE_BY_SIDE * MOST))
    async with AsyncExitStack() as stack:
        for module, limit in ((delivery, "ACK_WITHIN"), (workspace, "TRIGGER_LIVES")):
            stack.enter_context(patch.object(module, limit, PATIENCE))
        template = await stack.enter_async_context(Template.start())
        for number in range(rounds):
            share = [checks * n // rounds for n in (number, number + 1)]
            await _fly_side_by_side(share[1] - share[0], folder, template, cage, number)
    return cage


async def _fly_side_by_side(
    checks: int, folder: Path, template: Template, cage: Cage, number: int
) -> None:
    async with AsyncExitStack() as stack:
        flocks = []
        for place in range(SIDE_BY_SIDE):
            own = folder / f"flock-{place}"
            own.mkdir()
            slack = await stack.enter_async_context(small_slack())
            start = Flock.start(template, slack, own, cage, number * SIDE_BY_SIDE + place)
            flocks.append(await stack.enter_async_context(start))
        shares = [checks // SIDE_BY_SIDE, checks - checks // SIDE_BY_SIDE]
        await asyncio.gather(*(f.live(n) for f, n in zip(flocks, shares, strict=True)))
    for flock in flocks:
        flock.search()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=300)
    checks, began = parser.parse_args().checks, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="differ-", dir=quick_folder()) as folder:
        cage = asyncio.run(fly(checks, Path(folder)))
    say(", ".join(f"{times} {what}" for what, times in sorted(cage.done.items())))
    say(f"{cage.searched / 1e6:.0f} MB searched, {time.monotonic() - began:.0f} s")
    say(f"in the clear in: {', '.join(sorted(cage.escaped)) or 'nothing'}")
    say(f"{checks} checks, {cage.count} words, {len(cage.escaped)} places with one in the clear")
    return 1 if cage.escaped else 0


if __name__ == "__main__":
    sys.exit(main())
