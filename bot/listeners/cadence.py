"""When a seller is written to: consent, nudges, pauses; by tap, by form and by words."""

import json
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.cadence import Choices
from bot.desk import Body, Desk, seller_of, tap_key
from bot.kinds import NOTICE
from bot.views import cadence as views
from bot.views.messages import closed_like, message, untapped
from coaching.cadence import Nudges
from storage import Transaction


class Cadences:
    """Listeners of the taps and the form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_consent(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Yes, no, or another time, which is filled in."""
        seller, action = seller_of(context), body["actions"][0]
        name = action["action_id"].partition(":")[2]
        if name in ("another", "change"):
            async with self._desk.store.begin(seller) as tx:
                cadence = await tx.week.cadence()
            await ack()
            wanted = name == "another"
            about = _asked_in(body) if wanted else ""
            view = views.cadence_form(cadence, self._desk.words, wanted=wanted, about=about)
            await self._desk.open_or_tell(seller, client, body, view)
            return
        async with self._desk.once(seller, "tap", tap_key(body)) as tx:
            if tx is not None:
                nudges = Nudges.ON if name == "yes" else Nudges.NO
                line = await Choices(tx, self._desk.words, self._desk.now()).choose(nudges=nudges)
                await tx.update(action["value"], closed_like(body["message"], line))
        await ack()

    async def on_form(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """The form, filled in."""
        view, seller = body["view"], seller_of(context)
        async with self._desk.form(ack, seller, view) as tx:
            if tx is not None:
                await self._fill_in(tx, view)

    async def _fill_in(self, tx: Transaction, view: Body) -> None:
        """Said where the question was asked, if it was; else in a line of its own."""
        choices, values = Choices(tx, self._desk.words, self._desk.now()), view["state"]["values"]
        cadence = views.read_cadence(values, await choices.cadence(), self._desk.words)
        lines = await choices.fill_in(cadence)
        if asked := view["private_metadata"]:
            question = json.loads(asked)
            await tx.update(question["message"], closed_like(question["shown"], *lines))
        else:
            await tx.post(purpose=NOTICE, body=message(lines))


def _asked_in(body: Body) -> str:
    """The message that asks whether nudges are wanted, for the form to carry: what it says, as
    bodies are not kept once they are sent."""
    message_id = body["actions"][0]["value"]
    return json.dumps({"message": message_id, "shown": untapped(body["message"])})
