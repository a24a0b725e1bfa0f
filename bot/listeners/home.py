"""App Home: opened, and what is tapped there alone."""

from datetime import date
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cadence import Choices
from bot.desk import Body, Desk, seller_of, tap_key
from bot.home import open_home
from bot.kinds import HOME, NOTICE
from bot.language import Languages, choose_language
from bot.listeners import own_data
from bot.views.messages import message
from coaching.cadence import Nudges
from storage import Transaction


class Homes:
    """Listeners of the tab."""

    def __init__(self, desk: Desk, languages: Languages) -> None:
        self._desk = desk
        self._languages = languages

    async def on_opened(self, event: Body, body: Body, context: dict[str, Any]) -> None:
        """Show it as it is now."""
        if event.get("tab") != "home":
            return
        async with self._desk.once(seller_of(context), "event", body["event_id"]) as tx:
            if tx is not None:
                await open_home(tx, self._desk.now())

    async def on_tap(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Go on with a check, nudges on or off, a pause, the language, export, forget."""
        seller, action = seller_of(context), body["actions"][0]
        name = action["action_id"].partition(":")[2]
        async with self._desk.once(seller, "tap", tap_key(body)) as tx:
            if tx is None:
                pass
            elif name == "continue":
                await self._go_on(tx, seller.user_id, action["value"])
            elif name == "language":
                code = action["selected_option"]["value"]
                await choose_language(tx, seller, code, self._languages)
                await tx.week.refresh(HOME, self._desk.now())
            elif name in own_data.OWN:
                await own_data.answer(self._desk, tx, name)
            elif name in ("nudges", "resume"):
                choices = Choices(tx, self._desk.words, self._desk.now())
                await choices.choose(nudges=Nudges(action["value"]), paused_until="")
            elif name == "pause" and action["selected_date"]:
                await self._pause(tx, date.fromisoformat(action["selected_date"]))
        await ack()

    async def _pause(self, tx: Transaction, day: date) -> None:
        """No nudge before that day; Home shows it, or a line says why not."""
        words, now = self._desk.words, self._desk.now()
        if not await Choices(tx, words, now).pause(day):
            await tx.post(purpose=NOTICE, body=message((words.say("cadence.past"),)))
            await tx.week.refresh(HOME, now)

    async def _go_on(self, tx: Transaction, user_id: str, check_id: str) -> None:
        """Ask the open question again, in its thread, and call the seller there."""
        if talk := await self._desk.find(tx, check_id, mention=user_id):
            await talk.go_on()
