"""The page in a real browser, with a small Bolt app behind it."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.manifest import Manifest
from bot.playground.server import SmallSlack

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MANIFEST = Manifest(
    commands={"/differ": "[what you are planning]", "/remind": "[what]"},
    shortcuts={"start": ("global", "Check a plan"), "quote": ("message", "Use as their words")},
)
DM = "D1SAM"


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": words(label), "action_id": action_id, "value": label, **more}


SURE = {
    "title": words("Cancel this check?"),
    "text": words("It goes away for good."),
    "confirm": words("Cancel it"),
    "deny": words("Keep it"),
}
CARD: list[Json] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Northgate* · demo"}},
    {"type": "actions", "elements": [button("Cancel", "cancel", confirm=SURE)]},
]
FORM: Json = {
    "type": "modal",
    "callback_id": "plan",
    "title": words("Before the call"),
    "submit": words("Start"),
    "blocks": [
        {
            "type": "input",
            "block_id": "plan",
            "label": words("What are you planning?"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "choices",
            "label": words("Their other choices"),
            "element": {
                "type": "checkboxes",
                "action_id": "ticked",
                "options": [
                    {"text": words("leaving it as it is"), "value": "nothing"},
                    {"text": words("a competitor"), "value": "rival"},
                ],
            },
        },
        {
            "type": "input",
            "block_id": "when",
            "optional": True,
            "label": words("When"),
            "element": {"type": "datetimepicker", "action_id": "at"},
        },
    ],
}


def question(user: str, plan: str) -> list[Json]:
    asked = f"<@{user}> Is *{plan}* meaningfully different?"
    answers = [button("Yes", "answer_yes", style="primary"), button("No", "answer_no")]
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": asked}},
        {"type": "actions", "elements": answers},
    ]


def little_app(slack: SmallSlack, heard: list[Json]) -> AsyncApp:
    """Enough of a coach to see every part of the page at work."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, process_before_response=True, request_verification_enabled=False)
    listen_to_forms(app, heard)
    listen_to_messages(app, heard)
    return app


def listen_to_forms(app: AsyncApp, heard: list[Json]) -> None:
    @app.command("/differ")
    async def start(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        link = f"<slack://channel?team={body['team_id']}&id={DM}|open>"
        await ack(f"The form is open; we go on in our DM: {link}")

    @app.shortcut("start")
    async def shortcut(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.shortcut("quote")
    async def quote(ack: Any, body: Json) -> None:
        heard.append(body)
        await ack()

    @app.view("plan")
    async def planned(ack: Any, body: Json, client: AsyncWebClient) -> None:
        values = body["view"]["state"]["values"]
        heard.append(values)
        if values["plan"]["text"]["value"] == "nothing":
            await ack(response_action="errors", errors={"plan": "Then there is nothing to check."})
            return
        await ack()
        user, plan = body["user"]["id"], values["plan"]["text"]["value"]
        opened = await client.conversations_open(users=user)
        channel = opened["channel"]["id"]
        card = await client.chat_postMessage(channel=channel, text="Northgate", blocks=CARD)
        await client.chat_postMessage(
            channel=channel, thread_ts=card["ts"], text="A question", blocks=question(user, plan)
        )


def listen_to_messages(app: AsyncApp, heard: list[Json]) -> None:
    @app.action("answer_yes")
    @app.action("answer_no")
    async def answered(ack: Any, body: Json, client: AsyncWebClient) -> None:
        where = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        text = f"You said {body['actions'][0]['value']}."
        await client.chat_update(**where, text=text, blocks=[])
        await ack()

    @app.action("cancel")
    async def cancelled(ack: Any, body: Json) -> None:
        heard.append(body)
        await ack()

    @app.event("app_home_opened")
    async def home(event: Json, client: AsyncWebClient) -> None:
        block = {"type": "section", "text": words("Only you see this.")}
        view = {"type": "home", "blocks": [block]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.message("")
    async def told(message: Json, client: AsyncWebClient) -> None:
        heard.append(message)

    @app.event("message")
    async def changed(event: Json) -> None:
        heard.append(event)


@dataclass
class Visit:
    """One browser page in front of a small Slack that has the little app in it."""

    slack: SmallSlack
    page: Page
    heard: list[Json]
    complaints: list[str]

    @property
    def composer(self) -> Locator:
        return self.page.locator("#composer-text")

    @property
    def thread(self) -> Locator:
        return self.page.locator("#thread")

    @property
    def modal(self) -> Locator:
        return self.page.get_by_role("dialog", name="Before the call")

    async def type(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def plan(self, plan: str) -> None:
        """Type the command, fill in the form, send it, and follow the link to the DM."""
        await self.type("/differ")
        await self.modal.get_by_label("What are you planning?").fill(plan)
        await self.modal.get_by_label("a competitor").check()
        await self.modal.get_by_role("button", name="Start").click()
        await expect(self.modal).to_be_hidden()
        await self.page.get_by_role("button", name="open", exact=True).click()


Visiting = Callable[..., Awaitable[Visit]]


@pytest.fixture(scope="module")
def chromium() -> str | None:
    """The browser to run: a given one, the system's, or (None) Playwright's own."""
    given = os.environ.get("CHROMIUM")
    system = "/usr/bin/chromium"
    return given or (system if Path(system).exists() else None)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(chromium: str | None) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def small_slack(heard: list[Json]) -> AsyncIterator[SmallSlack]:
    async with SmallSlack.start(manifest=MANIFEST, page=True) as slack:
        app = little_app(slack, heard)
        own_client = AsyncWebClient(slack.app_token, base_url=slack.api_url)
        handler = AsyncSocketModeHandler(app, slack.app_token, web_client=own_client)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        yield slack
        await handler.close_async()  # type: ignore[no-untyped-call]


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser) -> AsyncIterator[Visiting]:
    """Call it for a page of 1280 pixels, or as narrow as asked for; it may not complain."""
    heard: list[Json] = []
    visits: list[Visit] = []
    async with small_slack(heard) as slack:

        async def arrive(width: int = 1280, height: int = 800) -> Visit:
            page = await browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(5_000)
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text))
            visits.append(Visit(slack, page, heard, complaints))
            await page.goto(slack.origin)
            await expect(page.locator("#sidebar")).to_contain_text("Small Company")
            return visits[-1]

        yield arrive
        for each in visits:
            await each.page.close()
        assert [line for each in visits for line in each.complaints] == []


async def test_a_newcomer_lands_in_deals_and_is_told_what_to_type(visit: Visiting) -> None:
    seen = await visit()
    await expect(seen.page.get_by_role("main").get_by_role("heading").first).to_contain_text(
        "#deals"
    )
    note = seen.page.get_by_role("note")
    await expect(note).to_have_text("≠Type /differ before a call, as you would in Slack.")
    assert seen.slack.workspace.dm_of("U1SAM") is None


async def test_nothing_is_asked_of_anybody_outside(visit: Visiting) -> None:
    seen = await visit()
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url))
    await seen.page.reload()
    await expect(seen.page.locator("#sidebar")).to_contain_text("differ")
    assert asked
    assert all(url.startswith((seen.slack.origin, "data:")) for url in asked)


async def test_a_command_opens_a_form_that_checks_what_is_typed(visit: Visiting) -> None:
    seen = await visit()
    await seen.type("/differ")
    field = seen.modal.get_by_label("What are you planning?")
    await expect(field).to_be_focused()
    await seen.modal.get_by_role("button", name="Start").click()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await field.fill("nothing")
    await seen.modal.get_by_label("a competitor").check()
    await seen.modal.get_by_role("button", name="Start").click()
    await expect(seen.modal).to_contain_text("Then there is nothing to check.")
    await expect(field).to_have_value("nothing")
    await field.fill("Demo")
    await seen.modal.get_by_label("When").fill("2026-03-30T09:00")
    await seen.modal.get_by_role("button", name="Start").click()
    await expect(seen.modal).to_be_hidden()
    values = seen.heard[-1]
    assert values["plan"]["text"]["value"] == "Demo"
    assert [o["value"] for o in values["choices"]["ticked"]["selected_options"]] == ["rival"]
    assert values["when"]["at"]["selected_date_time"] == 1_774_854_000


async def test_the_answer_is_a_line_only_they_see_with_a_link_to_the_thread(
    visit: Visiting,
) -> None:
    seen = await visit()
    await seen.plan("Demo")
    await expect(seen.thread).to_contain_text("Is Demo meaningfully different?")
    await seen.thread.get_by_role("button", name="Yes").click()
    await expect(seen.thread).to_contain_text("You said Yes.")
    await expect(seen.page.locator("#messages")).to_contain_text("1 reply")
    await seen.page.get_by_role("button", name="deals").click()
    await expect(seen.page.locator("article.ephemeral")).to_contain_text("Only visible to you")


async def test_others_do_not_see_it(visit: Visiting) -> None:
    seen = await visit()
    await seen.plan("Demo")
    await expect(seen.thread).to_be_visible()
    await seen.page.get_by_label("Act as").select_option(label="Priya Nair")
    await expect(seen.page.locator("#place")).to_contain_text("#deals")
    await expect(seen.page.locator("article")).to_have_count(0)
    await expect(seen.thread).to_be_hidden()


async def test_a_mention_elsewhere_is_a_badge_and_a_word(visit: Visiting) -> None:
    seen = await visit()
    await seen.slack.people.say("U2PRIYA", "C3EMEA", "Morning")
    entry = seen.page.get_by_role("button", name="emea-sales")
    await expect(entry).to_have_accessible_name("emea-sales, unread")
    client = AsyncWebClient(seen.slack.bot_token, base_url=seen.slack.api_url)
    await client.chat_postMessage(channel="C3EMEA", text="<@U1SAM> look")
    await expect(entry).to_have_accessible_name("emea-sales, 1 new for you")
    await expect(seen.page).to_have_title("(1) differ · playground")
    await entry.click()
    await expect(seen.page).to_have_title("differ · playground")


async def test_the_keyboard_is_enough(visit: Visiting) -> None:
    seen = await visit()
    keys = seen.page.keyboard
    await expect(seen.composer).to_be_focused()
    await seen.page.get_by_role("link", name="Skip to the message box").focus()
    await keys.press("Enter")
    await expect(seen.composer).to_be_focused()
    await keys.type("/")
    hints = seen.page.get_by_role("listbox", name="Commands")
    await expect(hints.get_by_role("option")).to_have_count(2)
    await keys.press("Tab")
    await expect(seen.composer).to_have_value("/differ ")
    await keys.press("Enter")
    await expect(seen.modal).to_be_visible()
    await keys.press("Escape")
    await expect(seen.modal).to_be_hidden()
    await expect(seen.composer).to_be_focused()
    await keys.type("one")
    await keys.press("Shift+Enter")
    await keys.type("two")
    await keys.press("Enter")
    await expect(seen.page.locator("article").filter(has_text="onetwo")).to_be_visible()
    await expect(seen.composer).to_have_value("")


async def test_answering_with_the_keyboard_keeps_ones_place(visit: Visiting) -> None:
    seen = await visit()
    await seen.plan("Demo")
    await seen.thread.get_by_role("button", name="Yes").focus()
    await seen.page.keyboard.press("Enter")
    await expect(seen.thread).to_contain_text("You said Yes.")
    await expect(seen.thread.locator("article").last).to_be_focused()
    await seen.page.keyboard.press("Escape")
    await expect(seen.thread).to_be_hidden()
    await expect(seen.composer).to_be_focused()


async def test_what_is_being_typed_outlives_what_arrives(visit: Visiting) -> None:
    seen = await visit()
    await seen.type("/differ")
    field = seen.modal.get_by_label("What are you planning?")
    await field.press_sequentially("Half a sen")
    await seen.slack.people.say("U2PRIYA", "C2DEALS", "Morning")
    await expect(seen.page.locator("article").last).to_contain_text("Morning")
    await field.press_sequentially("tence")
    await expect(field).to_have_value("Half a sentence")
    await expect(field).to_be_focused()


async def test_new_messages_are_spoken(visit: Visiting) -> None:
    seen = await visit()
    await seen.slack.people.say("U2PRIYA", "C2DEALS", "Morning")
    await expect(seen.page.locator("#announcer")).to_have_text("Priya Nair: Morning")


async def test_what_people_type_is_shown_and_never_obeyed(visit: Visiting) -> None:
    seen = await visit()
    await seen.type("<script>alert(1)</script> <!channel> *b*")
    last = seen.page.locator("article").last
    await expect(last.locator(".body")).to_have_text("<script>alert(1)</script> <!channel> b")
    await expect(last.locator(".mention")).to_have_count(0)


async def test_own_messages_can_be_changed_and_taken_away(visit: Visiting) -> None:
    seen = await visit()
    await seen.type("Their words & <mine>")
    message = seen.page.locator("article").last
    await message.hover()
    await message.get_by_label("More actions").first.click()
    await seen.page.get_by_role("menuitem", name="Edit message").click()
    await expect(seen.composer).to_have_value("Their words & <mine>")
    await seen.type("Only their words")
    await expect(message).to_contain_text("Only their words(edited)")
    await message.get_by_label("More actions").first.click()
    await seen.page.get_by_role("menuitem", name="Delete message").click()
    await seen.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(seen.page.locator("article")).to_have_count(0)


async def test_shortcuts_from_the_box_and_from_a_message(visit: Visiting) -> None:
    seen = await visit()
    await seen.type("if the drivers don't use it")
    message = seen.page.locator("article").last
    await message.hover()
    await message.get_by_label("More actions").first.click()
    await seen.page.get_by_role("menuitem", name="Use as their words").click()
    await seen.page.locator("#composer").get_by_label("Shortcuts").first.click()
    await seen.page.get_by_role("menuitem", name="Check a plan").click()
    await expect(seen.modal).to_be_visible()
    assert [body["callback_id"] for body in seen.heard] == ["quote"]


async def test_a_button_may_ask_back(visit: Visiting) -> None:
    seen = await visit()
    await seen.plan("Demo")
    sure = seen.page.get_by_role("dialog", name="Cancel this check?")
    await seen.thread.get_by_role("button", name="Cancel").click()
    await sure.get_by_role("button", name="Keep it").click()
    await expect(sure).to_be_hidden()
    before = len(seen.heard)
    await seen.thread.get_by_role("button", name="Cancel").click()
    await sure.get_by_role("button", name="Cancel it").click()
    await seen.slack.workspace.until(lambda: len(seen.heard) > before)
    assert len(seen.heard) == before + 1


async def test_words_in_the_thread_reach_the_app_and_commands_there_do_not(
    visit: Visiting,
) -> None:
    seen = await visit()
    await seen.plan("Demo")
    box = seen.thread.get_by_role("combobox")
    await box.fill("They said yes")
    await box.press("Enter")
    await expect(seen.thread.locator("article").last).to_contain_text("They said yes")
    await box.fill("/differ again")
    await box.press("Enter")
    await expect(seen.page.get_by_role("alert")).to_contain_text("not supported in threads")
    await seen.page.get_by_role("button", name="Dismiss").click()
    await expect(seen.page.get_by_role("alert")).to_be_empty()


async def test_what_slack_has_to_say_is_shown(visit: Visiting) -> None:
    seen = await visit()
    await seen.type("/nothing like it")
    await expect(seen.page.get_by_role("alert")).to_contain_text("not a valid command")


async def test_home_and_messages_are_tabs_of_the_app(visit: Visiting) -> None:
    seen = await visit()
    await seen.page.get_by_role("button", name="differ Home").click()
    await expect(seen.page.locator("#home")).to_have_text("Only you see this.")
    await expect(seen.composer).to_be_hidden()
    await seen.page.get_by_role("tab", name="Messages").click()
    await expect(seen.composer).to_be_visible()


async def test_behind_the_scenes(visit: Visiting) -> None:
    seen = await visit()
    await seen.page.get_by_role("button", name="differ Home").click()
    await seen.page.get_by_role("button", name="Behind the scenes").click()
    drawer = seen.page.get_by_role("complementary", name="Behind the scenes")
    await expect(drawer).to_contain_text("events_api app_home_opened")
    before = seen.slack.clock.now()
    await drawer.get_by_role("button", name="Next Monday 09:00").click()
    await expect(drawer.locator("#clock-now")).to_contain_text("Monday")
    await expect(drawer.locator("#clock-now")).to_contain_text("09:00")
    assert seen.slack.clock.now() > before
    fault = drawer.get_by_role("button", name="The next command is answered too late")
    await fault.click()
    await expect(fault).to_have_attribute("aria-pressed", "true")
    await drawer.get_by_role("button", name="Nothing more goes wrong").click()
    await expect(fault).to_have_attribute("aria-pressed", "false")
    await seen.page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()


async def test_a_phone_shows_one_pane_at_a_time(visit: Visiting) -> None:
    seen = await visit(390, 844)
    sidebar, main = seen.page.locator("#sidebar"), seen.page.locator("#main")
    await expect(sidebar).to_be_hidden()
    await seen.plan("Demo")
    await expect(seen.thread).to_be_visible()
    await expect(main).to_be_hidden()
    await seen.thread.get_by_role("button", name="Back").click()
    await expect(main).to_contain_text("1 reply")
    await main.get_by_role("button", name="Back").click()
    await expect(sidebar).to_be_visible()
    await expect(main).to_be_hidden()
    await sidebar.get_by_role("button", name="general").click()
    await expect(main).to_contain_text("#general")


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
async def test_nothing_sticks_out_sideways(visit: Visiting, width: int) -> None:
    seen = await visit(width, 800)
    await seen.plan("Demo")
    await expect(seen.thread).to_be_visible()
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await seen.page.evaluate(wider) <= 0
    thread = await seen.thread.bounding_box()
    assert thread is not None
    assert thread["x"] + thread["width"] <= width


async def test_a_reload_comes_back_to_the_same_place(visit: Visiting) -> None:
    seen = await visit()
    await seen.plan("Demo")
    await expect(seen.thread).to_contain_text("Is Demo")
    await seen.page.reload()
    await expect(seen.thread).to_contain_text("Is Demo")
    await expect(seen.page.locator("#place")).to_contain_text("differ")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/page", {}),
        ("/page?token=guessed", {}),
        ("/", {"Host": "evil.example"}),
        ("/page", {"Origin": "http://evil.example"}),
        ("/page.js", {"Origin": "http://127.0.0.1:1"}),
    ],
)
async def test_strangers_are_refused(path: str, headers: dict[str, str]) -> None:
    async with (
        SmallSlack.start(page=True) as slack,
        aiohttp.ClientSession() as session,
        session.get(slack.origin + path, headers=headers) as answer,
    ):
        assert answer.status == 403


async def test_the_page_loads_nothing_from_elsewhere_by_its_own_rule() -> None:
    async with (
        SmallSlack.start(page=True) as slack,
        aiohttp.ClientSession() as session,
        session.get(slack.origin) as answer,
    ):
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
