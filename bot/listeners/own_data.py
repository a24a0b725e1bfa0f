"""What belongs to a seller: all of it for them to keep, or its end."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.desk import Body, Desk, seller_of, tap_key
from bot.kinds import EXPORT, FORGET, HOME, NOTICE
from bot.views import own_data as views
from bot.views.history import MOST, history_message
from bot.views.messages import notice
from bot.views.team import membership_message
from storage import Message, Transaction, new_id

EVERY_WEEK = 10_000
"""More weeks than anybody has."""
OWN = {"export", "forget", "history", "team"}
"""What is asked for in a command or as a whole message."""


async def answer(desk: Desk, tx: Transaction, said: str) -> None:
    """The export, the earlier checks, or the question whether to forget: always in the seller's
    direct messages."""
    if said == "export":
        await _export(desk, tx)
    elif said == "history":
        checks, place = await tx.finished(None, MOST + 1), (await tx.week.cadence()).place
        await tx.post(purpose=NOTICE, body=history_message(desk.words, checks, place))
    elif said == "team":
        membership = await tx.team.membership()
        await tx.post(purpose=NOTICE, body=membership_message(desk.words, membership))
    else:
        token = new_id()
        body = views.ask_to_forget(desk.words, await tx.holdings(), token)
        await tx.post(purpose=FORGET, body=body, step=token)


async def _export(desk: Desk, tx: Transaction) -> None:
    kept = views.Kept(
        profile=await tx.profile(),
        cadence=await tx.week.cadence(),
        buyers=await tx.buyers(),
        checks=await tx.checks(),
        calls=await tx.calls.all(),
        nudges=await tx.week.nudges(EVERY_WEEK),
        parked=await tx.parked(),
        membership=await tx.team.membership(),
    )
    await tx.post(purpose=EXPORT, body=views.export_message(desk.words, desk.now(), kept))


class OwnData:
    """Listeners of the two buttons under the question whether to forget."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_forget(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Erase everything; the last word goes where the button was."""
        async with self._desk.once(seller_of(context), "tap", tap_key(body)) as tx:
            if tx is not None and await self._asked(tx, body):
                shown = (await tx.week.cadence()).home
                await tx.forget(body["actions"][0]["action_ts"])
                if shown:  # once more, with nothing left in it
                    await tx.week.plan(HOME, self._desk.now())
                place = body["container"]["channel_id"]
                await tx.post(
                    purpose=NOTICE, body=views.said(self._desk.words, "gone"), channel=place
                )
        await ack()

    async def on_keep(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Take the question away; nothing else happens."""
        async with self._desk.once(seller_of(context), "tap", tap_key(body)) as tx:
            if tx is not None and (asked := await self._asked(tx, body)):
                await tx.delete(asked.id)
                await tx.post(purpose=NOTICE, body=views.said(self._desk.words, "kept"))
        await ack()

    async def _asked(self, tx: Transaction, body: Body) -> Message | None:
        """The question of this seller's that was tapped, unless it was answered before."""
        asked = await tx.message(FORGET, body["actions"][0]["value"])
        if asked is None and not await self._desk.is_old(tx, body["container"]["message_ts"]):
            await tx.post(purpose=NOTICE, body=notice(self._desk.words, "removed"))
        return asked
