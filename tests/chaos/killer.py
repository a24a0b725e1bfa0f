"""Ways to kill, and what each kill struck: counted only by what can be shown afterwards.

- *in a transaction*: the process was stopped (SIGSTOP) at a random moment, at that moment it held
  a transaction open, somebody's request was unanswered, and it was killed without going on.
- *after acceptance*: Slack had taken a post, its answer was still held back, and after the kill
  the database did not know where the post went.
- Of the requests that were unanswered at any kill: those whose commit is in the database
  afterwards, and those whose commit is not.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from bot.playground.faults import slow
from bot.playground.server import SmallSlack
from bot.playground.workspace import Traffic
from tests.bot.stage import Json
from tests.chaos.crowd import until
from tests.chaos.databases import Database, is_recorded, is_seen
from tests.chaos.door import Door, Request
from tests.chaos.product import Replica

POST = "chat.postMessage"
HELD = 600.0
"""Seconds of Slack's clock for which an answer is held back: the kill comes long before."""
SOON = 0.0005
"""Seconds between two looks for a request or a post to strike at."""
STRIKES = 12
"""How often a process is stopped in search of a transaction, before it is killed anyway."""
IN_TRANSACTION, AFTER_ACCEPTANCE = "in a transaction", "after acceptance"
COMMITTED, NOT_COMMITTED = "unanswered, committed", "unanswered, not committed"
HEX_OF_MS = 12


@dataclass
class Killer:
    """Kills replicas. `counts` says what was struck."""

    slack: SmallSlack
    door: Door
    database: Database
    replicas: list[Replica]
    luck: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    held: list[str] = field(default_factory=list)
    """Keys of the posts whose answer Slack held back."""

    def __post_init__(self) -> None:
        self.slack.workspace.on_traffic.append(self._note_held)

    def _note_held(self) -> None:
        last: Traffic = self.slack.workspace.traffic[-1]
        if last.name == POST and last.status == "ok, then slow":
            metadata: Json = last.payload["metadata"]
            self.held.append(metadata["event_payload"]["key"])

    async def kill(self) -> "Struck":
        """Kill one replica, in one of the ways."""
        ways = (self._in_a_request, self._in_a_request, self._after_acceptance, self._anywhere)
        struck = await self.luck.choice(ways)()
        self.counts["kills"] += 1
        return struck

    async def _in_a_request(self) -> "Struck":
        """Somewhere while a request is worked on, best inside its transaction."""
        replica = self.luck.choice(self.replicas)
        for _ in range(STRIKES):
            await self._until_asked(replica.number)
            await asyncio.sleep(self.luck.uniform(0, 0.008))  # the moment is the chaos here
            replica.hold()
            inside = await self.database.is_inside(replica.number)
            unanswered = await self._really_unanswered(replica.number)
            if inside and unanswered:
                break
            replica.go_on()
        else:
            return await self._anywhere()
        self.counts[IN_TRANSACTION] += 1
        await replica.kill()
        return Struck(replica, unanswered)

    async def _until_asked(self, number: int) -> None:
        await until(lambda: bool(self.door.unanswered(number)), SOON)

    async def _really_unanswered(self, number: int) -> list[Request]:
        """With the replica held: an answer that had left it is read first."""
        await asyncio.sleep(0.002)
        return self.door.unanswered(number)

    async def _after_acceptance(self) -> "Struck":
        before = len(self.held)
        self.slack.faults.queue(POST, slow(HELD))
        await until(lambda: len(self.held) > before, SOON)
        replica = await self._sender(self.held[-1])
        unanswered = self.door.unanswered(replica.number)
        await replica.kill()
        return Struck(replica, unanswered, self.held[-1])

    async def _sender(self, message_id: str) -> Replica:
        """The replica that is sending it: its claims bear an id made when it was started."""
        owner = await self.database.owner(message_id)
        if not owner:
            return self.replicas[0]
        born = int(owner[:HEX_OF_MS], 16) / 1000
        started = [replica for replica in self.replicas if replica.forked <= born]
        return max(started, key=lambda replica: replica.forked)

    async def _anywhere(self) -> "Struck":
        replica = self.luck.choice(self.replicas)
        unanswered = self.door.unanswered(replica.number)
        await replica.kill()
        return Struck(replica, unanswered)

    async def count(self, struck: "Struck") -> None:
        """What the kill struck, by the database. Call it before anything is delivered again."""
        for request in struck.unanswered:
            # An answer may have arrived with the last bytes of the dying process.
            if not request.acked:
                seen = await is_seen(self.database, request.key)
                self.counts[COMMITTED if seen else NOT_COMMITTED] += 1
        if struck.accepted and not await is_recorded(self.database, struck.accepted):
            self.counts[AFTER_ACCEPTANCE] += 1


@dataclass
class Struck:
    """A kill: the replica, what people had asked of it, the post that Slack had accepted."""

    replica: Replica
    unanswered: list[Request]
    accepted: str = ""
