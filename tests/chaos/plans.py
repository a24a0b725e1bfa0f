"""What gives sellers a reason to be nudged: one-minute checks, made through the running product."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

import aiohttp

from bot.playground.signed_http import sign
from bot.views.forms import brief_form
from coaching.brief import Brief
from coaching.words import words
from tests.bench import requests
from tests.bench.requests import Json, Request
from tests.chaos.product import Replica
from tests.chaos.weeks import DAYS, Nudged, WeeklySlack

PLANS = {"demo": "Marta", "pilot": "Ines"}
"""Of two checks in which the same factors fail, there is something to say every week."""
ANSWERS = ("no", "no", "no", "skip", "keep")


class Delivery:
    """Slack's requests, brought to whichever process is there; again until one confirms them."""

    def __init__(
        self,
        replicas: list[Replica],
        secret: str,
        luck: random.Random,
        session: aiohttp.ClientSession,
    ) -> None:
        self._replicas = replicas
        self._secret = secret
        self._luck = luck
        self._unsaved = words().plain("notice.unsaved")
        self._session = session
        self.done = 0

    @classmethod
    @asynccontextmanager
    async def start(
        cls, replicas: list[Replica], secret: str, luck: random.Random
    ) -> AsyncIterator[Self]:
        """For the length of an ``async with``."""
        async with aiohttp.ClientSession() as session:
            yield cls(replicas, secret, luck, session)

    async def bring(self, request: Request) -> None:
        while not await self._is_taken(request):  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # a killed process is not there again at once
        self.done += 1

    async def _is_taken(self, request: Request) -> bool:
        """Whether it was confirmed, and the person not told that nothing was kept."""
        now = int(time.time())
        headers = {
            "Content-Type": request.content_type,
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": sign(self._secret, now, request.body),
        }
        url = self._luck.choice(self._replicas).url
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.post(url, data=request.body, headers=headers) as answer:
                return answer.status == 200 and self._unsaved not in await answer.text()
        return False


async def make_checks(who: Nudged, slack: WeeklySlack, delivery: Delivery) -> None:
    """Two checks of a minute."""
    for plan, buyer in PLANS.items():
        view = brief_form(words(), Brief(""))
        await delivery.bring(requests.form(who, view, _filled_in(plan, buyer)))
        for reply in ANSWERS:
            message, element = await slack.question(who, reply)
            await delivery.bring(requests.tap(who, message, element))


async def ask_for_nudges(who: Nudged, delivery: Delivery) -> None:
    """At the hour they want."""
    await delivery.bring(requests.command(who, f"nudges {DAYS[who.weekday]} {who.hour}"))


def _filled_in(plan: str, buyer: str) -> Json:
    return {
        "plan": {"value": plan},
        "person": {"value": buyer},
        "company": {"value": "Northgate"},
        "length": {"selected_option": {"value": "one"}},
        "choices": {"selected_options": [{"value": "nothing"}]},
    }
