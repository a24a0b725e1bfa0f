"""A team's first weeks with a summary: set up, joined, previewed, made, read in its thread."""

from playwright.async_api import expect

from tests.journeys.conftest import Arrive
from tests.journeys.newcomer import EVIDENCE, PHONE, Newcomer

A_WEEK = 60_000
"""Milliseconds that seven colleagues take for a check each, on a busy machine."""


async def behind(sam: Newcomer, *labels: str) -> None:
    """Press buttons behind the scenes, and come back."""
    await sam.page.get_by_role("button", name="Behind the scenes").click()
    for label in labels:
        await sam.page.locator("#behind").get_by_role("button", name=label).click()
    if "Your colleagues take part" in labels:
        said = sam.page.locator("#team-said")
        await expect(said).to_contain_text("have taken part", timeout=A_WEEK)
    await sam.page.keyboard.press("Escape")
    await expect(sam.page.locator("#behind")).to_be_hidden()


async def check(sam: Newcomer) -> None:
    """Five minutes about Marta: value is held, the rest is not."""
    await sam.begin()
    for label in ("Yes", "Yes"):
        await sam.tap(label)
    await sam.answer(EVIDENCE)
    for label in ("Both", *["No"] * 5, "Keep it", "No"):
        await sam.tap(label)
    await sam.asks("Compared with Acme")


async def set_up(sam: Newcomer) -> None:
    """In #emea-sales, as the form proposes."""
    await sam.open("emea-sales")
    await sam.type("/differ team")
    await expect(sam.form).to_contain_text("On which day?")
    await sam.picture("1-set-up")
    await sam.send("Set it up")
    await expect(sam.said("messages").last).to_contain_text("A team summary is set up here")


async def test_the_first_weeks_of_a_team(arrive: Arrive) -> None:
    sam = await arrive()
    await behind(sam, "Next Monday 09:00")  # from a Friday evening on, the first close is later
    await check(sam)
    await set_up(sam)
    await sam.picture("2-announced")
    await sam.button("Take part", "messages").click()
    await expect(sam.form).to_contain_text("Never: your name, your words, your buyers")
    await expect(sam.form).to_contain_text("A check like your last one would add:✓ value")
    await sam.picture("3-joining")
    await sam.form.get_by_role("button", name="Take part").click()
    await expect(sam.form).to_contain_text("You take part.")
    await sam.form.get_by_role("button", name="Close").first.click()
    await sam.button("Take part", "messages").click()
    await expect(sam.form.get_by_role("button", name="Leave")).to_be_visible()
    await sam.picture("4-leaving")
    await sam.page.keyboard.press("Escape")

    await behind(sam, "Your colleagues take part")
    await behind(sam, "Next Monday 09:00")
    line = sam.said("messages").last
    await expect(line).to_contain_text("So far:")
    await line.locator(".thread-button").click()
    await expect(sam.said().last).to_contain_text("One vote each")
    await expect(sam.said().last).to_contain_text("To talk about:")
    await sam.picture("5-summary")
    everything = await sam.page.locator("#messages, #replies").all_inner_texts()
    for name in ("Priya", "Jonas", "Ana", "Lena", "Omar", "Mei", "Tom"):
        assert name not in "".join(everything)

    await behind(sam, "Next Monday 09:00")
    await expect(sam.said("messages").last).to_contain_text("No figures this time")
    await sam.picture("6-too-few")


async def test_on_a_phone(arrive: Arrive) -> None:
    sam = await arrive(PHONE)
    await sam.page.get_by_role("button", name="Back").first.click()
    await behind(sam, "Next Monday 09:00")
    await set_up(sam)
    await sam.button("Take part", "messages").click()
    await expect(sam.form).to_contain_text("Never: your name")
    await sam.picture("phone-joining")
    await sam.form.get_by_role("button", name="Take part").click()
    await expect(sam.form).to_contain_text("You take part.")
    await sam.form.get_by_role("button", name="Close").first.click()
    await sam.button("The rule", "messages").click()
    await expect(sam.form).to_contain_text("colleagues who tell each other")
    await sam.picture("phone-rule")
    await sam.form.get_by_role("button", name="Close").first.click()
    await behind(sam, "Next Monday 09:00")
    await expect(sam.said("messages").last).to_contain_text("No figures this time")
    await sam.picture("phone-too-few")
    wide = await sam.page.evaluate("document.documentElement.scrollWidth")
    assert wide == PHONE[0], "the page must not scroll sideways"
