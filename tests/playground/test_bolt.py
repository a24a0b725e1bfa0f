"""A real Bolt app on the other side, over Socket Mode and over signed HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import SmallSlack
from tests.playground.conftest import Heard, Run

BUTTONS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Would your buyer say so?"}},
    {
        "type": "actions",
        "block_id": "answers",
        "elements": [
            {
                "type": "button",
                "action_id": f"answer:{word}",
                "value": word,
                "text": {"type": "plain_text", "text": word.title()},
            }
            for word in ("yes", "no")
        ],
    },
]
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "plan",
    "title": {"type": "plain_text", "text": "What is planned?"},
    "submit": {"type": "plain_text", "text": "Start"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "What"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        }
    ],
}


async def test_a_command_is_answered_to_its_writer_only(run: Run) -> None:
    heard = Heard()

    def register(app: AsyncApp, slack: SmallSlack) -> None:
        @app.command("/differ")
        async def listen(ack: Any, body: dict[str, Any]) -> None:
            heard.bodies.append(body)
            await ack("Only you see this.")

    async with run(register) as slack:
        outcome = await slack.people.command("U1SAM", "C2DEALS", "/differ call with Halden")
        assert outcome.ok
        assert heard.last["text"] == "call with Halden"
        assert heard.last["channel_name"] == "deals"
        assert "Only you see this." in slack.workspace.transcript("U1SAM")
        assert "Only you see this." not in slack.workspace.transcript("U2PRIYA")


async def test_a_click_carries_its_message_and_changes_it(run: Run) -> None:
    heard = Heard()

    def register(app: AsyncApp, slack: SmallSlack) -> None:
        @app.action("answer:no")
        async def listen(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            heard.bodies.append(body)
            await ack()
            message = body["container"]
            await client.chat_update(
                channel=message["channel_id"], ts=message["message_ts"], text="It does not hold."
            )

        @app.event("message")
        async def own(body: dict[str, Any]) -> None:
            """The bot's own post and its change are events too."""

    async with run(register) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        post = await client.chat_postMessage(channel="U1SAM", text="A question", blocks=BUTTONS)
        assert post["channel"] == "D1SAM"
        outcome = await slack.people.act(
            "U1SAM", message_ts=post["ts"], block_id="answers", action_id="answer:no", value="no"
        )
        assert outcome.ok
        assert heard.last["message"]["blocks"][1]["block_id"] == "answers"
        assert heard.last["container"]["type"] == "message"
        assert heard.last["actions"][0]["value"] == "no"
        assert "It does not hold." in slack.workspace.transcript("U1SAM")
        assert "[Yes]" not in slack.workspace.transcript("U1SAM")


async def test_a_form_opens_and_is_submitted(run: Run) -> None:
    heard = Heard()

    def register(app: AsyncApp, slack: SmallSlack) -> None:
        @app.command("/differ")
        async def listen(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
            await ack()

        @app.view("plan")
        async def submitted(ack: Any, body: dict[str, Any]) -> None:
            heard.bodies.append(body)
            given = body["view"]["state"]["values"]["what"]["text"]["value"]
            if given == "nothing":
                await ack(response_action="errors", errors={"what": "A little more, please."})
            else:
                await ack()

    async with run(register) as slack:
        await slack.people.command("U1SAM", "C2DEALS", "/differ")
        form = await slack.workspace.until(lambda: slack.workspace.top_modal("U1SAM"))
        empty = await slack.people.submit("U1SAM", form.id)
        assert empty.errors == {"what": "Please complete this required field."}
        assert not heard.bodies
        refused = await slack.people.submit("U1SAM", form.id, {"what": "nothing"})
        assert refused.errors == {"what": "A little more, please."}
        accepted = await slack.people.submit("U1SAM", form.id, {"what": {"text": "a demo"}})
        assert accepted.ok
        assert slack.workspace.top_modal("U1SAM") is None


async def test_an_event_that_fails_comes_again_at_once_and_after_a_minute(run: Run) -> None:
    heard = Heard()

    def register(app: AsyncApp, slack: SmallSlack) -> None:
        @app.event("message")
        async def listen(body: dict[str, Any], request: Any) -> None:
            heard.bodies.append(body)
            heard.retries.append(request.headers.get("x-slack-retry-num", ["0"])[0])
            if len(heard.bodies) < 3:
                # Over a socket only the deadline tells Slack that nothing comes.
                slack.clock.advance(timedelta(seconds=3, milliseconds=1))
                raise RuntimeError("The database is locked.")

    async with run(register) as slack:
        channel = slack.workspace.open_dm("U1SAM")
        await slack.people.say("U1SAM", channel.id, "a <sentence> of mine")
        told = slack.workspace.traffic
        await slack.workspace.until(lambda: told[-1].status.endswith("retry 1"))
        slack.clock.advance(timedelta(minutes=1))
        await slack.workspace.until(lambda: told[-1].status == "acked, retry 2")
        assert heard.retries == ["0", "1", "2"]
        assert len({body["event_id"] for body in heard.bodies}) == 1
        assert heard.last["event"]["text"] == "a &lt;sentence&gt; of mine"
