"""What is tapped and filled in about a check's call, before it and after it."""

from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.conversation import Conversation
from bot.desk import Body, Desk, about, seller_of, tap_key
from bot.views import calls as views
from bot.views.fields import Wrong
from bot.views.messages import closed_like, message
from coaching.calls import Tell
from coaching.factors import Factor
from coaching.moves import Said
from storage import Seller, Transaction

FORMS = ("moved", "said")
"""Buttons that open a form."""


class Calls:
    """Listeners of the buttons and forms around a call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_tap(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """A time to come back, no thanks, moved, cancelled, said, or what they made of it."""
        seller, action = seller_of(context), body["actions"][0]
        name = action["action_id"].split(":")[1]
        if name in FORMS:
            view = await self._form(seller, name, action["value"].partition("|")[0])
            await ack()
            if view is not None:
                await self._desk.open_or_tell(seller, client, body, view)
            return
        check_id, _, argument = action["value"].partition("|")
        async with self._desk.once(seller, "tap", tap_key(body)) as tx:
            if tx is not None and (talk := await self._desk.find(tx, check_id)):
                await self._take(tx, talk, body, argument)
        await ack()

    async def _take(self, tx: Transaction, talk: Conversation, body: Body, argument: str) -> None:
        action = body["actions"][0]
        _, name, *more = action["action_id"].split(":")
        label = action["text"]["text"]
        follow_up = talk.follow_up
        if name == "see":
            await follow_up.accept(datetime.fromisoformat(argument))
            await talk.show_end()
        elif name == "no":
            await follow_up.decline()
            await talk.show_end()
        elif name == "cancelled":
            came = "cancelled" if await talk.after_call.cancel(label) else "told"
            await talk.show_end()
            said = self._desk.words.say(f"call.{came}")
            if argument:  # the reminder's id
                await tx.update(argument, closed_like(body["message"], said))
            else:
                await talk.tell(message((said,)))
        elif name == "silent":
            await talk.after_call.silent(label)
        else:
            await talk.after_call.tell(Factor(argument), Tell(more[0]), label)

    async def _form(self, seller: Seller, name: str, check_id: str) -> dict[str, Any] | None:
        async with self._desk.store.begin(seller) as tx:
            talk = await self._desk.find(tx, check_id)
            if talk is None:
                return None
            if name == "moved":
                follow_up = talk.follow_up
                return views.moved_form(self._desk.words, follow_up.call_at, check_id)
            return talk.after_call.form()

    async def on_moved(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """The call has another time."""
        async with self._desk.form(ack, seller_of(context), body["view"]) as tx:
            if tx is not None:
                await self._moved(tx, body["view"])

    async def _moved(self, tx: Transaction, view: Body) -> None:
        words, values = self._desk.words, view["state"]["values"]
        call_at = views.read_moved(values, words, self._desk.now())
        talk = await self._desk.conversation(tx, about(view)["check"])
        if talk is None or talk.dialogue.standing.cancelled:
            raise Wrong({"moved_to": words.text("form.call.wrong.gone")})
        await talk.move_call(call_at)

    async def on_heard(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """What they said, filled in."""
        seller, view = seller_of(context), body["view"]
        async with self._desk.form(ack, seller, view) as tx:
            if tx is not None:
                await self._heard(tx, view, seller)

    async def _heard(self, tx: Transaction, view: Body, seller: Seller) -> None:
        talk = await self._desk.conversation(tx, about(view)["check"])
        said = Said(views.read_heard(view["state"]["values"]))
        if talk is None or not await talk.after_call.quote(said, seller.user_id):
            raise Wrong({"said": self._desk.words.text("form.heard.wrong.gone")})
