"""differ as it is run: a process of its own, with settings from its environment."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.playground.server import SmallSlack
from tests.bot.stage import KEYS, ROOT, database_in


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(slack: SmallSlack, folder: Path, **more: str) -> dict[str, str]:
    """Settings in front of a small Slack; an empty one is left out."""
    given = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_in(folder),
        "DIFFER_KEYS": KEYS,
        "PORT": str(free_port()),
        **more,
    }
    return {name: value for name, value in given.items() if value}


@dataclass
class Process:
    """One running differ and what it wrote so far."""

    running: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    async def until(self, text: str) -> None:
        """Wait for a line with this text."""
        assert self.running.stdout is not None
        async with asyncio.timeout(20):
            while text not in self.output:
                line = (await self.running.stdout.readline()).decode()
                assert line, f"it ended without {text!r}:\n{self.output}"
                self.lines.append(line)

    async def has_read_everything(self) -> None:
        """Wait until it has taken up what came to it before: its answers come one by one."""
        address = self.output.rpartition("listening on ")[2].split()[0]
        async with aiohttp.ClientSession() as session:
            for _ in range(5):
                async with session.get(f"{address}/healthz") as response:
                    assert response.status == 200

    async def ended(self) -> int:
        """Wait for its end; returns its exit code."""
        assert self.running.stdout is not None
        async with asyncio.timeout(20):
            self.lines.append((await self.running.stdout.read()).decode())
            return await self.running.wait()

    async def stop(self) -> int:
        """Ask it to end, as a service manager does."""
        self.running.send_signal(signal.SIGTERM)
        return await self.ended()


@asynccontextmanager
async def started(
    environment: dict[str, str], folder: Path, *arguments: str
) -> AsyncIterator[Process]:
    """``python -m bot`` in an empty folder, with nothing else in its environment."""
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env=path | environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    process = Process(running)
    try:
        yield process
    finally:
        if running.returncode is None:
            running.kill()
        await process.ended()


@asynccontextmanager
async def serving(slack: SmallSlack, folder: Path, **more: str) -> AsyncIterator[Process]:
    """``differ serve``, at work."""
    async with started(environment(slack, folder, **more), folder, "serve") as process:
        await process.until("listening on")
        yield process
