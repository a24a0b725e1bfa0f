"""A month of a seller's life in a few clicks of the clock."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.journeys.conftest import Arrive
from tests.journeys.newcomer import DESKTOP, PHONE, Newcomer

THEIR_WORDS = "if the drivers don't use it I'm the one who bought shelfware"


async def clock(sam: Newcomer, label: str) -> None:
    """It becomes that late."""
    await sam.page.get_by_role("button", name="Behind the scenes").click()
    shown = sam.page.locator("#clock-now")
    before = await shown.text_content()
    await sam.page.locator("#clock").get_by_role("button", name=re.compile(label)).click()
    await expect(shown).not_to_have_text(before or "")
    await sam.page.keyboard.press("Escape")
    await expect(sam.page.locator("#behind")).to_be_hidden()


def next_monday(hour: str) -> str:
    """As the browser fills it in."""
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    return f"{today + timedelta(days=7 - today.weekday())}T{hour}"


async def quick_check(sam: Newcomer, *brief: str, call_at: str = "") -> None:
    """A minute from #deals to the end."""
    checks = await sam.said("messages").count()
    await sam.open("deals")
    await sam.type("/differ")
    if not checks:
        await sam.button("Start", "messages").click()
    await sam.fill_in(*brief)
    await sam.form.get_by_label("1 min").check()
    if call_at:
        await sam.form.get_by_label("When is the call?").fill(call_at)
    await sam.send("Ask me")
    await sam.open("differ")
    for answer in ("Yes", "No", "Yes", "Skip", "Keep it"):
        await sam.tap(answer)


async def home(sam: Newcomer, name: str, *texts: str) -> None:
    """App Home says this; pictures at a desk and on a phone."""
    await sam.page.get_by_role("button", name="differ Home").click()
    for text in texts:
        await expect(sam.page.locator("#home")).to_contain_text(text)
    await both(sam, name)


async def both(sam: Newcomer, name: str) -> None:
    """A picture at a desk and one on a phone."""
    await sam.picture(name)
    await sam.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    if await (newest := sam.page.locator("article:visible").last).count():
        await newest.evaluate("(element) => element.scrollIntoView({block: 'end'})")
    await sam.picture(f"{name}-phone")
    await sam.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


async def test_a_month_in_a_few_clicks(arrive: Arrive) -> None:
    """The line before a call, what was said in it, nudges, App Home before and after."""
    sam = await arrive()
    await clock(sam, "Next Monday 09:00")
    await home(sam, "home-empty", "Which call is next?", "Nudges: none")

    await quick_check(sam, call_at=next_monday("11:00"))
    await sam.asks("See you after the call?")
    await both(sam, "see-you")
    await sam.button("13:00").click()
    await sam.asks("✓ 13:00, Berlin time")
    await clock(sam, "A quarter before the call")
    await sam.asks("Northgate at 11:00 (Berlin time). Your change: “")
    await both(sam, "reminder")
    await clock(sam, "The call starts")
    await clock(sam, "Two hours later")
    await sam.asks("What did Marta say?")
    await both(sam, "after-call")
    await sam.answer(THEIR_WORDS)
    for factor in ("Value.", "Ease."):
        await sam.asks(factor)
        await sam.tap("Agreed")
    await sam.asks("May I write once a week")
    await both(sam, "consent")
    await sam.button("Yes").click()
    await sam.asks("Mondays 9:00, Berlin time, every week.")

    await sam.page.get_by_role("complementary", name="Thread").get_by_label("Close").click()
    await clock(sam, "Next Monday 09:00")
    nudge = sam.said("messages").last
    await expect(nudge).to_contain_text("Two guesses became answers")
    await both(sam, "nudge")
    await nudge.get_by_role("button", name="Next week").click()
    await expect(nudge).to_contain_text("The next one:")
    await quick_check(sam, "Renewal call", "Ines Roth", "Halden")
    await sam.page.get_by_role("complementary", name="Thread").get_by_label("Close").click()
    await clock(sam, "Next Monday 09:00")
    await expect(nudge.get_by_role("button", name="They said")).to_be_visible()
    await expect(nudge).to_contain_text("ask them to put the result in one line")
    await both(sam, "promise")
    await nudge.get_by_role("button", name="They said").click()
    await sam.form.get_by_label("What did Ines say?").fill("nobody reads that slide")
    await sam.send("Keep it")
    await sam.open("differ")
    await clock(sam, "Next Monday 09:00")
    await home(sam, "home-after-a-month", "Northgate", "Value with Northgate: agreed",
               "How honest am I with myself?", "Monday 9:00 Berlin time")  # fmt: skip
