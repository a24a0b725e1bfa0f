"""The same for a phone, for a keyboard, and for a colleague who must see nothing."""

from playwright.async_api import expect

from tests.journeys.conftest import Arrive
from tests.journeys.newcomer import PHONE


async def test_a_short_check_on_a_phone(arrive: Arrive) -> None:
    """One pane at a time, with a way back from each."""
    sam = await arrive(PHONE)
    await sam.type("/differ")
    await sam.picture("1-welcome")
    await sam.button("Start", "messages").click()
    await sam.fill_in()
    await sam.form.get_by_label("1 min").check()
    await sam.picture("2-form")
    await sam.send("Ask me")
    await sam.page.get_by_role("button", name="Back, 2 new for you").click()
    await sam.picture("3-sidebar")
    await sam.open("differ")
    await expect(sam.page.locator("#main")).to_be_hidden()
    await sam.asks("Value.")
    await sam.picture("4-thread")
    await sam.look_into_the_menu()
    for _ in range(3):
        await sam.tap("No")
    await sam.tap("Skip")
    await sam.picture("5-change")
    await sam.tap("Keep it")
    await sam.asks("Three of five asked; no verdict on three.")
    await sam.picture("6-done")

    await sam.page.locator("#thread-place").get_by_role("button", name="Back").click()
    await expect(sam.page.locator("#thread")).to_be_hidden()
    await expect(sam.card).to_contain_text("V ✕")
    await expect(sam.card).to_contain_text("Finished.")
    await sam.picture("7-card")
    wide = await sam.page.evaluate("document.documentElement.scrollWidth")
    assert wide == PHONE[0], "the page must not scroll sideways"


async def test_a_short_check_with_the_keyboard_alone(arrive: Arrive) -> None:
    sam = await arrive()
    keys = sam.page.keyboard
    await expect(sam.page.locator("#composer-text")).to_be_focused()
    await keys.type("/differ")
    await keys.press("Enter")
    await expect(sam.button("Start", "messages")).to_be_visible()
    await sam.press(sam.button("Start", "messages"))

    await expect(sam.form.get_by_label("What are you planning?")).to_be_focused()
    await keys.type("Renewal call")
    await sam.tab_to(sam.form.get_by_label("For whom?"))
    await keys.type("Marta Lind")
    await sam.press(sam.form.get_by_label("Doing it themselves"), "Space")
    await sam.tab_to(sam.form.get_by_label("5 min"))
    await keys.press("ArrowDown")
    await expect(sam.form.get_by_label("1 min")).to_be_checked()
    await sam.press(sam.form.get_by_role("button", name="Ask me"))
    await expect(sam.form).to_be_hidden()

    await sam.press(sam.page.locator("#sidebar").get_by_label("differ, 2 new for you"))
    for answered in (1, 2, 3):
        await sam.press(sam.button("No"))
        await expect(sam.said().locator(".context", has_text="No")).to_have_count(answered)
    await sam.tab_to(sam.page.locator("#thread-composer-text"))
    await keys.type("Their accountant would have to redo the templates.")
    await keys.press("Enter")
    await expect(sam.button("Keep it")).to_be_visible()
    await sam.press(sam.button("Keep it"))
    await expect(sam.card).to_contain_text("Finished.")
    await sam.picture("keyboard")


async def test_a_colleague_sees_nothing_of_it(arrive: Arrive) -> None:
    sam = await arrive()
    await sam.begin()
    await sam.tap("Yes")
    everything = sam.page.locator("body")
    await expect(everything).to_contain_text("Northgate")

    await sam.page.get_by_label("Act as").select_option(label="Priya Nair")
    await expect(sam.page.locator("#place")).to_contain_text("#deals")
    for place in ("general", "emea-sales", "differ", "deals"):
        await sam.open(place)
        await expect(sam.page.locator("article")).to_have_count(0)
        await expect(sam.page.locator("#desk")).not_to_contain_text("Northgate")
    await sam.type("/differ")
    await expect(sam.said("messages").last).to_contain_text("Before a call I ask one thing")
    await sam.picture("priya")

    await sam.page.get_by_label("Act as").select_option(label="Sam Rivers")
    await sam.open("differ")
    await expect(sam.card).to_contain_text("Northgate")
