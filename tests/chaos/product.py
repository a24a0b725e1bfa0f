"""The running product, to be killed: real processes, as many as there are replicas."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.playground.server import SmallSlack
from tests.bot.process import free_port
from tests.bot.stage import KEYS, ROOT
from tests.chaos.crowd import until

POST_TIMEOUT = 1.0
LEASE = 3.0
"""Seconds; short, so that what a killed process held is taken up soon."""
START = 60.0
"""Seconds that a start may take."""


class Template:
    """What forks processes of the product (see template.py)."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self._running = running
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator["Template"]:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.template"),
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            yield cls(running)
        finally:
            assert running.stdin is not None
            running.stdin.close()
            await running.wait()

    async def fork(self, folder: Path, log: Path, environment: dict[str, str]) -> int:
        """One more process; returns its id."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        order = {"folder": str(folder), "log": str(log), "environment": environment}
        async with self._one_at_a_time:
            self._running.stdin.write(json.dumps(order).encode() + b"\n")
            return int(await self._running.stdout.readline())


@dataclass
class Replica:
    """One process of the product, and the next one in its place."""

    template: Template
    environment: dict[str, str]
    folder: Path
    number: int
    pid: int = 0
    forked: float = 0.0
    """When it was last started, in seconds since 1970."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}/slack/events"

    @property
    def log(self) -> Path:
        return self.folder / f"differ-{self.number}.log"

    async def start(self) -> None:
        """Start it and wait until it listens."""
        self.forked = time.time()
        self.pid = await self.template.fork(self.folder, self.log, self.environment)
        async with asyncio.timeout(START):
            while not await self._listens():
                assert self.lives(), f"it ended by itself: {self.log.read_text()[-2000:]}"
                await asyncio.sleep(0.005)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", int(self.environment["PORT"]))
        except OSError:
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True

    def lives(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def hold(self) -> None:
        """Stop it where it is."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    async def kill(self) -> None:
        """kill -9, and wait until it is gone with all that it had open."""
        os.kill(self.pid, signal.SIGKILL)
        await self._gone()

    async def stop(self) -> None:
        """As a service manager does."""
        os.kill(self.pid, signal.SIGTERM)
        await self._gone()

    async def _gone(self) -> None:
        await until(lambda: not self.lives(), 0.001)


def replica(
    template: Template, slack: SmallSlack, folder: Path, number: int, database_url: str
) -> Replica:
    """The product's settings in front of a small Slack that sends signed requests."""
    environment = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
        "DIFFER_KEYS": KEYS,
        "PORT": str(free_port()),
        "POST_TIMEOUT": str(POST_TIMEOUT),
        "LEASE": str(LEASE),
        "LOG_LEVEL": "WARNING",
    }
    return Replica(template, environment, folder, number)
