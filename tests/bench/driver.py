"""Signed load against a running bot, and how it bore it."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import aiohttp
import psutil  # type: ignore[import-untyped]

from bot.playground.signed_http import sign
from coaching.words import words
from tests.bench.requests import Request
from tests.bench.slack import CheapSlack

SECRET = "bench"
BUSY = words().plain("notice.unsaved")
"""What differ says when it could not keep something: it is not lost unheard."""
PATIENCE = 30.0
"""Seconds for which an ack is waited for; Slack itself waits for three."""


@dataclass
class Load:
    """What came of some requests: the seconds to each ack, by kind, and what was answered."""

    acks: dict[str, list[float]] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    """Until the last ack, or until the last message was written."""
    cpu: float = 0.0

    @property
    def count(self) -> int:
        return sum(map(len, self.acks.values()))

    @property
    def taken(self) -> int:
        """How many were acknowledged, and not with the word that they could not be kept."""
        return sum(n for answer, n in self.answers.items() if well(answer))

    @property
    def rate(self) -> float:
        """Requests taken in a second."""
        return self.taken / self.seconds

    @property
    def cpu_each(self) -> float:
        """Seconds of the bot's processor for a request taken."""
        return self.cpu / self.taken

    def ack(self, share: float, kind: str | None = None) -> float:
        """The seconds within which that share of requests was answered."""
        some = self.acks[kind] if kind else [s for acks in self.acks.values() for s in acks]
        return sorted(some)[min(len(some) - 1, int(share * len(some)))]


def well(answer: str) -> bool:
    """Whether an answer is an acknowledgement: empty, or a sentence other than "busy"."""
    return BUSY not in answer and not answer.startswith("error ")


class Driver:
    """Plays Slack for one bot."""

    def __init__(
        self, url: str, pid: int, slack: CheapSlack, session: aiohttp.ClientSession
    ) -> None:
        self._url = url
        self._process = psutil.Process(pid)
        self._slack = slack
        self._session = session

    async def closed(self, requests: Iterable[Request], at_once: int, messages: int) -> Load:
        """So many at a time, the next when one is answered. The time ends when the bot has
        written ``messages`` for each."""
        load, waiting = Load(), iter(requests)
        cpu, begun, before = self.cpu(), time.perf_counter(), self._slack.written

        async def worker(waiting: Iterator[Request]) -> None:
            for request in waiting:
                await self.send(request, load)

        await asyncio.gather(*(worker(waiting) for _ in range(at_once)))
        await self.written(before + load.taken * messages)
        load.seconds, load.cpu = time.perf_counter() - begun, self.cpu() - cpu
        return load

    async def open(self, requests: Iterable[Request], rate: float, messages: int) -> Load:
        """So many a second, whatever the bot does. An ack counts from the moment at which its
        request was due, so that the queue a slow bot makes is counted too."""
        load, begun, before = Load(), time.perf_counter(), self._slack.written
        sending = set()
        for number, request in enumerate(requests):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sending.add(asyncio.create_task(self.send(request, load, due)))
        await asyncio.gather(*sending)
        load.seconds = time.perf_counter() - begun
        await self.written(before + load.taken * messages)
        return load

    async def send(self, request: Request, load: Load, due: float | None = None) -> None:
        """Send one request and note when and what was answered."""
        due = time.perf_counter() if due is None else due
        answer = await self._answer(request)
        load.acks.setdefault(request.kind, []).append(time.perf_counter() - due)
        load.answers[answer] += 1

    async def _answer(self, request: Request) -> str:
        now = int(time.time())
        headers = {
            "Content-Type": request.content_type,
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": sign(SECRET, now, request.body),
        }
        try:
            async with self._session.post(
                self._url, data=request.body.encode(), headers=headers
            ) as response:
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"error {type(error).__name__}"
        return text if response.status == 200 else f"error {response.status}"

    async def written(self, count: int) -> None:
        """Wait until the bot has written that many messages."""
        async with asyncio.timeout(PATIENCE):
            while self._slack.written < count:  # noqa: ASYNC110
                await asyncio.sleep(0.002)  # an event for each message would cost more

    def cpu(self) -> float:
        """Seconds that the bot has computed since it began."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Bytes that the bot holds."""
        return int(self._process.memory_info().rss)
