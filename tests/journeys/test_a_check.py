"""The first check, from an empty channel to the line to take along."""

import re

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import Arrive
from tests.journeys.newcomer import DESKTOP, EVIDENCE, PHONE, PLAN


async def test_the_first_time(arrive: Arrive) -> None:
    """What this is, who could read it, an example; then a whole check of five minutes."""
    sam = await arrive()
    note = sam.page.get_by_role("note")
    await expect(note).to_contain_text("Type /differ")
    await sam.picture("01-deals")
    await sam.type("/differ")
    welcome = sam.said("messages").last
    await expect(welcome).to_contain_text("Before a call I ask one thing")
    await expect(welcome).to_contain_text("export rights could read")
    await expect(note).to_be_hidden()
    await sam.picture("02-welcome")

    await sam.button("See one", "messages").click()
    for part in ("Northgate", "Would Marta agree?", "Both", "not shown yet.", "Keep it"):
        await expect(sam.form).to_contain_text(part)
    await sam.picture("03-example")
    await sam.form.get_by_role("button", name="Close").last.click()
    await sam.button("Who sees what", "messages").click()
    await expect(sam.form).to_contain_text("A workspace owner with export rights")
    await sam.picture("04-privacy")
    await sam.form.get_by_role("button", name="Close").last.click()

    await sam.button("Start", "messages").click()
    await sam.fill_in()
    await sam.picture("05-form")
    await sam.send("Ask me")
    await sam.open("differ")
    await sam.asks("For Marta that means Acme and leaving it as it is.")
    await expect(sam.card).to_contain_text("Northgate · Demo of the planning module")
    await expect(sam.card).to_contain_text("nothing asked yet")
    await sam.picture("06-thread")

    await sam.tap("Yes")
    await sam.asks("Value.")
    await sam.tap("Yes")
    await expect(sam.button("They told or showed me")).to_be_visible()
    await sam.look_into_the_menu()
    await sam.answer(EVIDENCE)
    await sam.asks("they re-type the plan two days a month")
    await sam.asks("With this, Marta puts you ahead of:")
    await sam.picture("07-shown-back")
    await sam.tap("Both")
    await expect(sam.card).to_contain_text("V ●")

    await sam.asks("Risk.")
    await sam.tap("Yes")
    await sam.answer("we're the market leader")
    await sam.asks("market leader”")
    await sam.picture("08-doubt")
    await sam.tap("It's my view")
    await sam.asks("Ease.")
    await sam.tap("No")
    for factor in ("Offering.", "Commercials."):
        await sam.asks(factor)
        await sam.tap("Yes")
        await sam.tap("I believe so")

    await sam.asks("Northgate: not shown yet.")
    await sam.picture("09-verdict")
    await sam.tap("Not sure")
    await sam.asks("One change for this call")
    await sam.picture("10-change")
    await sam.tap("Keep it")
    await sam.asks("Would Acme's seller do this too?")
    await sam.tap("No")
    await sam.asks("Compared with Acme or leaving it as it is, what difference would we make")
    for part in ("O ○", "C ○", "V ●", "R ○", "E ✕", "At the start: yes. At the end: not sure."):
        await expect(sam.card).to_contain_text(part)
    await expect(sam.card).to_contain_text("Finished.")
    await sam.picture("11-done")


async def test_a_plan_typed_after_the_command(arrive: Arrive) -> None:
    """It goes straight to the thread, which asks for the rest in one form."""
    sam = await arrive()
    await sam.type("/differ demo for someone")
    await sam.button("open", "messages").click()
    await sam.asks("Who is it for")
    await sam.picture("fill-in")
    await sam.button("Fill in").click()
    await expect(sam.form.get_by_label("What are you planning?")).to_have_value("demo for someone")
    await sam.fill_in()
    await sam.send("Ask me")
    await sam.asks("For Marta that means Acme and leaving it as it is.")
    await expect(sam.card).to_contain_text("Northgate · Demo of the planning module")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_form_says_what_is_missing_and_loses_nothing(
    arrive: Arrive, size: tuple[int, int]
) -> None:
    sam = await arrive(size)
    await sam.type("/differ")
    await sam.button("Start", "messages").click()
    await sam.fill_in()
    competitors = sam.form.get_by_label("Which competitors, if any?")
    leaving_it = sam.form.get_by_label("Leaving it as it is")
    await competitors.fill("")
    await leaving_it.uncheck()
    await sam.form.get_by_role("button", name="Ask me").click()
    await expect(sam.form.locator(".field-error")).to_have_text(
        re.compile("At least one other choice, please")
    )
    await sam.picture("no-other-choice")

    await competitors.fill("Acme")
    await leaving_it.check()
    when = sam.form.get_by_label("When is the call?")
    await when.fill("2020-02-03T10:00")
    await sam.form.get_by_role("button", name="Ask me").click()
    await expect(when).to_be_focused()
    await expect(sam.form.locator(".field-error")).to_contain_text("That time has passed.")
    await sam.picture("time-that-has-passed")
    for label, value in (
        ("What are you planning?", PLAN),
        ("For whom?", "Marta Lind"),
        ("Their company", "Northgate"),
        ("Which competitors, if any?", "Acme"),
    ):
        await expect(sam.form.get_by_label(label)).to_have_value(value)
    await when.fill("")
    await sam.send("Ask me")


async def test_a_message_edited_and_deleted_changes_the_card(arrive: Arrive) -> None:
    sam = await arrive()
    await sam.begin()
    await sam.tap("Yes")
    await sam.tap("Yes")
    await sam.answer(EVIDENCE)
    await sam.tap("Both")
    await expect(sam.card).to_contain_text("V ●")
    own = sam.page.locator("#replies article[data-user=U1SAM]")

    await own.hover()
    await own.get_by_label("More actions").first.click()
    await own.get_by_role("menuitem", name="Edit message").click()
    composer = sam.page.locator("#thread-composer-text")
    await expect(composer).to_have_value(EVIDENCE)
    await composer.fill("they re-type it three days a month, Marta told me in April")
    await composer.press("Enter")
    await expect(own).to_contain_text("(edited)")
    await expect(sam.card).to_contain_text("V ○")
    shown_back = sam.said().filter(has_text="three days a month").filter(has_text="said or wrote")
    await shown_back.get_by_role("button", name="Both").click()
    await expect(sam.card).to_contain_text("V ●")

    await own.hover()
    await own.get_by_label("More actions").first.click()
    await own.get_by_role("menuitem", name="Delete message").click()
    await sam.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(own).to_have_count(0)
    await expect(sam.card).to_contain_text("V ○")
    await sam.picture("deleted")
