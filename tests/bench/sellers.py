"""Sellers in conversation with differ: a command, then taps, texts and forms as they are asked."""

import asyncio
from collections.abc import Callable

from tests.bench import requests
from tests.bench.driver import PATIENCE, Driver, Load
from tests.bench.requests import Json, Request, Seller
from tests.bench.slack import CheapSlack

WORDS = "Marta told me in March that re-typing the plan costs two days a month"
EVIDENCE: Json = {
    "who": {"value": "Jon Berg, head of finance"},
    "what": {"value": "wants the exit after 90 days in writing"},
    "source": {"selected_option": {"value": "said"}},
}
STEPS = 10
"""Answers in one check."""


async def talk(sellers: list[Seller], driver: Driver, slack: CheapSlack) -> Load:
    """All of them at once, each through one check; returns the acks by kind of request."""
    load = Load()
    await asyncio.gather(*(_Check(seller, driver, slack, load).hold() for seller in sellers))
    return load


class _Check:
    """One seller's check, each answer given when its question is there."""

    def __init__(self, seller: Seller, driver: Driver, slack: CheapSlack, load: Load) -> None:
        self._seller = seller
        self._driver = driver
        self._slack = slack
        self._load = load

    async def hold(self) -> None:
        question = await self._after(requests.command(self._seller, "Demo for Northgate"))
        for turn in range(STEPS):
            question = await self._answer(question, turn)

    async def _answer(self, question: Json, turn: int) -> Json:
        """Where evidence is asked for, in words and by its form in turn; else by a tap."""
        form, tap = element(question, "form:"), element(question, "tap:")
        if form is None or form["value"].split("|")[2] != "evidence":
            assert tap is not None, question["text"]
            return await self._after(requests.tap(self._seller, question, tap))
        if turn % 2:
            return await self._after(requests.text(self._seller, WORDS, question["thread_ts"]))
        opening = requests.tap(self._seller, question, form, kind="tap for a form")
        await self._driver.send(opening, self._load)
        view = await self._until(lambda: self._slack.views.pop(self._seller.user_id, None))
        return await self._after(requests.form(self._seller, view, EVIDENCE))

    async def _after(self, request: Request) -> Json:
        """Send it; returns the question that follows."""
        posted = self._slack.posted[self._seller.dm]
        before = posted[-1]["ts"] if posted else ""
        await self._driver.send(request, self._load)
        return await self._until(
            lambda: next((m for m in posted if m["ts"] > before and m.get("thread_ts")), None)
        )

    async def _until(self, look: Callable[[], Json | None]) -> Json:
        async with asyncio.timeout(PATIENCE):
            while (found := look()) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.002)  # the stand-in has no bell
        return found


def element(question: Json, prefix: str) -> Json | None:
    """The first button of that kind."""
    elements = (e for block in question["blocks"] for e in block.get("elements", ()))
    return next((e for e in elements if e.get("action_id", "").startswith(prefix)), None)
