"""A newcomer in front of `differ try`: the command as it is typed, and hands on its page."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Locator, Page, expect

ROOT = Path(__file__).parents[2]
DESKTOP = (1280, 800)
PHONE = (390, 844)
TAB_STOPS = 80
PLAN = "Demo of the planning module"
EVIDENCE = (
    "they re-type the plan two days a month, Acme's pilot left that as it was, "
    "Marta told me in March"
)

Pane = Literal["messages", "replies"]


@asynccontextmanager
async def differ_try() -> AsyncIterator[str]:
    """`differ try` in a process of its own, at the address it prints.

    It must end well within ten seconds of SIGTERM, and have nothing else to say.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "try", "--no-browser", "--port", "0",
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("SLACK_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        address = re.search(rb"http://127\.0\.0\.1:\d+", line)
        assert address, line + await process.stdout.read()
        yield address[0].decode()
        process.terminate()
        rest = await asyncio.wait_for(process.stdout.read(), 10)
        assert await process.wait() == 0, rest.decode()
        assert not rest, rest.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class Newcomer:
    """One browser page at a new `differ try`. Every deed ends when its effect is to be seen."""

    def __init__(self, page: Page, album: Path) -> None:
        self.page = page
        self._album = album
        self.form = page.get_by_role("dialog")
        self.card = page.locator("#messages article").filter(has=page.locator(".thread-button"))

    def said(self, pane: Pane = "replies") -> Locator:
        """The messages of a pane, oldest first."""
        return self.page.locator(f"#{pane} article")

    def button(self, label: str, pane: Pane = "replies") -> Locator:
        """A button of the newest message."""
        return self.said(pane).last.get_by_role("button", name=label, exact=True)

    async def arrive(self, address: str) -> None:
        """Load the page; it is there when it can be written in."""
        await self.page.goto(address)
        await expect(self.page.get_by_label("Message #deals")).to_be_visible()

    async def picture(self, name: str) -> None:
        """Keep what is on the screen in the album of this run."""
        await self.page.screenshot(path=self._album / f"{name}.png", animations="disabled")

    async def type(self, text: str) -> None:
        """Write in the channel or direct messages."""
        composer = self.page.locator("#composer-text")
        await composer.fill(text)
        await composer.press("Enter")

    async def open(self, name: str) -> None:
        """Go where the sidebar leads."""
        entry = self.page.locator("#sidebar").get_by_role(
            "button", name=re.compile(rf"^{name}(,|$)")
        )
        await entry.click()
        await expect(self.page.locator("#place")).to_contain_text(name)

    async def tap(self, label: str) -> None:
        """Tap under the question asked last, and wait for the one after it."""
        await expect(self.button(label)).to_be_visible()
        before = await self.said().count()
        await self.button(label).click()
        await expect(self.said().nth(before)).to_be_visible()

    async def answer(self, text: str) -> None:
        """Write in the thread, and wait for what differ makes of it."""
        before = await self.said().count()
        composer = self.page.locator("#thread-composer-text")
        await composer.fill(text)
        await composer.press("Enter")
        await expect(self.said().nth(before + 1)).to_be_visible()

    async def asks(self, text: str) -> None:
        """The message at the end of the thread says this."""
        await expect(self.said().last).to_contain_text(text)

    async def look_into_the_menu(self) -> None:
        """The ways out of the question asked last can all be seen."""
        await self.said().last.get_by_label("More choices").click()
        for way in await self.said().last.locator(".overflow + div").get_by_role("menuitem").all():
            await expect(way).to_be_in_viewport(ratio=1)
        await self.page.keyboard.press("Escape")

    async def send(self, label: str) -> None:
        """Send the form that is open; it closes."""
        await self.form.get_by_role("button", name=label).click()
        await expect(self.form).to_be_hidden()

    async def fill_in(
        self, plan: str = PLAN, person: str = "Marta Lind", company: str = "Northgate"
    ) -> None:
        """The form before the call; the buyer could choose Acme, or leave it as it is."""
        planned = self.form.get_by_label("What are you planning?")
        await expect(planned).to_be_focused()
        await planned.fill(plan)
        await self.form.get_by_label(re.compile("For whom|someone new")).last.fill(person)
        await self.form.get_by_label("Their company").fill(company)
        await self.form.get_by_label("Which competitors, if any?").fill("Acme")
        await expect(self.form.get_by_label("Leaving it as it is")).to_be_checked()

    async def begin(self, *brief: str, length: str = "5 min") -> None:
        """From #deals to the first question about what is planned."""
        checks = await self.said("messages").count()
        await self.type("/differ")
        if not checks:
            await self.button("Start", "messages").click()
        await self.fill_in(*brief)
        await self.form.get_by_label(length).check()
        await self.send("Ask me")
        await self.open("differ")
        await expect(self.said()).to_have_count(2)

    async def tab_to(self, target: Locator) -> None:
        """Press Tab until the focus is there, as somebody without a mouse does."""
        for _ in range(TAB_STOPS):
            await self.page.keyboard.press("Tab")
            if await target.evaluate("(element) => element === document.activeElement"):
                return
        raise AssertionError(f"Tab does not lead to {target}")

    async def press(self, target: Locator, key: str = "Enter") -> None:
        """Tab there and press a key."""
        await self.tab_to(target)
        await self.page.keyboard.press(key)
