"""What the tests share: a real browser for the journeys."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

from tests.postgres import postgres as postgres  # a fixture

# A busy machine is no failure.
settings.register_profile("short", deadline=None)
# 100,000 steps: pytest tests/coaching/test_dialogue_machine.py --hypothesis-profile=long
settings.register_profile("long", max_examples=5_000, deadline=None)
settings.load_profile("short")
expect.set_options(timeout=15_000)

PageFactory = Callable[..., Awaitable[Page]]

NO_CHROMIUM = (
    "The browser journeys did not run: no Chromium. Install it with: apt-get install chromium"
)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
LAUNCH_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium(playwright: Playwright) -> str | None:
    """The one named by $CHROMIUM, else the system's, else Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return named
    installed = (path for name in CHROMIUM_NAMES if (path := shutil.which(name)))
    own = playwright.chromium.executable_path
    return next(installed, own if Path(own).exists() else None)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = find_chromium(playwright)
        if chromium is None and os.environ.get("CI") == "true":
            pytest.fail(NO_CHROMIUM, pytrace=False)
        if chromium is None:
            pytest.skip(NO_CHROMIUM)
        browser = await playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGS)
        yield browser
        await browser.close()


@pytest.fixture
async def page_factory(browser: Browser) -> AsyncIterator[PageFactory]:
    """Makes pages, each a person of their own: no cookies or storage are shared.

    A script that fails on any of them fails the test.
    """
    errors: list[str] = []

    async def new_page(**context_options: Any) -> Page:
        context = await browser.new_context(**context_options)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield new_page
    assert errors == [], "scripts failed on the page"


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outermost, so that the line comes last
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    if any(NO_CHROMIUM in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(NO_CHROMIUM, yellow=True)
