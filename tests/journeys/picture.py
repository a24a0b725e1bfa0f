"""Take the README's picture, of a real check: python -m tests.journeys.picture docs/check.png"""

import argparse
import asyncio
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.conftest import LAUNCH_ARGS, NO_CHROMIUM, find_chromium
from tests.journeys.newcomer import DESKTOP, EVIDENCE, Newcomer, differ_try


async def take(path: Path) -> None:
    """A check at its heart: a vague sentence sent back, a better one shown back."""
    async with async_playwright() as playwright, differ_try() as address:
        chromium = find_chromium(playwright)
        if chromium is None:
            raise SystemExit(NO_CHROMIUM)
        browser = await playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGS)
        width, height = DESKTOP
        page = await browser.new_page(
            viewport={"width": width, "height": height}, device_scale_factor=2
        )
        seller = Newcomer(page, path.parent)
        await seller.arrive(address)
        await in_the_morning(seller)
        await an_earlier_check(seller)
        await seller.begin()
        await seller.tap("Yes")
        await seller.tap("Yes")
        await seller.answer("we're the market leader in planning, they'd save a ton of time")
        await seller.answer(EVIDENCE)
        await seller.asks("With this, Marta puts you ahead of:")
        await page.mouse.move(0, 0)
        await seller.picture(path.stem)
        await browser.close()


async def in_the_morning(seller: Newcomer) -> None:
    """Nine o'clock, whenever the picture is taken."""
    await seller.page.get_by_role("button", name="Behind the scenes").click()
    await seller.page.get_by_role("button", name="Next day 09:00").click()
    await expect(seller.page.locator("#clock-now")).to_contain_text("09:00")
    await seller.page.keyboard.press("Escape")
    await expect(seller.page.locator("#behind")).to_be_hidden()


async def an_earlier_check(seller: Newcomer) -> None:
    """A minute about Halden, finished, so that its card stands above."""
    await seller.begin("Renewal call", "Ines Roth", "Halden", length="1 min")
    for answer in ("Not sure", "No", "Yes", "Skip", "Keep it"):
        await seller.tap(answer)
    await seller.open("deals")


def main() -> None:
    """Write the picture to the path given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a .png file")
    asyncio.run(take(parser.parse_args().path))


if __name__ == "__main__":
    main()
