"""The taps of a nudge: the step it leads to, and every way to have it otherwise."""

from datetime import date
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.cadence import Choices
from bot.conversation import Conversation
from bot.desk import Body, Desk, seller_of, tap_key
from bot.kinds import NOTICE
from bot.nudges import Nudging, Outcome
from bot.promises import ANSWERED
from bot.views import cadence as views
from bot.views.messages import closed_like, message
from coaching.brief import Brief
from coaching.cadence import Nudges
from coaching.factors import Factor
from coaching.moves import Move, Reply
from coaching.nudges import Why, check_of
from coaching.words import Line
from storage import Seller, Transaction

_CHANGES: dict[str, dict[str, Any]] = {
    "fortnight": {"nudges": Nudges.ON, "every": 2},
    "stop": {"nudges": Nudges.NO},
}


class NudgeTaps:
    """Listeners of everything under a nudge."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_start(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """The one way on: a form, or a question in the thread of the check it is about."""
        seller = seller_of(context)
        async with self._desk.store.begin(seller) as tx:
            view = await self._start(tx, seller, body)
        await ack()
        if view is not None:
            await self._desk.open_or_tell(seller, client, body, view)

    async def _start(self, tx: Transaction, seller: Seller, body: Body) -> dict[str, Any] | None:
        """Go that way, unless what it was about is over; returns the form it leads to, if any."""
        message_id, why, check_id, factor = body["actions"][0]["value"].split("|")
        await tx.week.answer_nudge(message_id)
        if not check_id:
            brief = check_of(Factor(factor)) if factor else Brief("")
            return await self._desk.brief_form(tx, brief)
        talk = await self._desk.find(tx, check_id, mention=seller.user_id)
        if talk is None:
            return None
        if await self._is_over(talk, why):
            await tx.update(message_id, closed_like(body["message"], await _stale(self._desk, tx)))
        elif why == Why.PROMISE:
            return talk.after_call.form()
        elif await tx.receive("tap", tap_key(body)):
            await self._look_again(talk, factor)
        return None

    async def _is_over(self, talk: Conversation, why: str) -> bool:
        """Whether the promise was told about or its call cancelled, or the call has begun."""
        if why == Why.PROMISE:
            call = await talk.after_call.call()
            return call is not None and call.state in ANSWERED
        call_at = talk.follow_up.call_at
        return call_at is not None and call_at <= self._desk.now()

    async def _look_again(self, talk: Conversation, factor: str) -> None:
        """Ask about a factor once more, or go on where the check was left."""
        again = Move(talk.step, Reply.REOPEN, factor=Factor(factor)) if factor else None
        if again is None or not await talk.take(again):
            await talk.go_on()

    async def on_later(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Tomorrow, next week, every two weeks, stop, go on."""
        action = body["actions"][0]
        name = action["action_id"].partition(":")[2]
        message_id = action["value"].partition("|")[0]
        async with self._desk.once(seller_of(context), "tap", tap_key(body)) as tx:
            if tx is not None:
                line = await put_off(self._desk, tx, name, message_id)
                await tx.update(message_id, closed_like(body["message"], line))
        await ack()

    async def on_until(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """A pause until the day that was picked."""
        action = body["actions"][0]
        message_id = action["action_id"].partition("nudge:until:")[2].partition("|")[0]
        day = date.fromisoformat(action["selected_date"])
        async with self._desk.once(seller_of(context), "tap", tap_key(body)) as tx:
            if tx is not None:
                choices = Choices(tx, self._desk.words, self._desk.now())
                if line := await choices.pause(day):
                    await tx.week.answer_nudge(message_id, Outcome.CHANGED)
                    await tx.update(message_id, closed_like(body["message"], line))
                else:
                    past = message((self._desk.words.say("cadence.past"),))
                    await tx.post(purpose=NOTICE, body=past)
        await ack()


async def put_off(desk: Desk, tx: Transaction, name: str, message_id: str) -> Line:
    """Have a nudge otherwise, ``name`` saying how: as its taps do, or the same in words."""
    nudging = Nudging(tx, desk.words, desk.now())
    choices = Choices(tx, desk.words, desk.now())
    if name in _CHANGES:
        await tx.week.answer_nudge(message_id, Outcome.CHANGED)
        return await choices.choose(**_CHANGES[name])
    cadence = await choices.cadence()
    if cadence.nudges is Nudges.ON:
        if name == "tomorrow" and await nudging.tomorrow(message_id) is not None:
            return await choices.told(cadence)
        if name == "next" and await nudging.next_week(message_id):
            return await choices.told(cadence)
    await tx.week.answer_nudge(message_id)
    # After the last word, whoever wants one later wants them.
    if name == "resume" or cadence.nudges is Nudges.SILENT:
        return await choices.choose(nudges=Nudges.ON)
    return await _stale(desk, tx)


async def _stale(desk: Desk, tx: Transaction) -> Line:
    """That this nudge is over, and when the next one comes, or how they are turned on."""
    cadence = await tx.week.cadence()
    planned = await Nudging(tx, desk.words, desk.now()).planned()
    if planned is None:
        return desk.words.say("cadence.off")
    next_one = views.next_line(planned, cadence, desk.now(), desk.words)
    return desk.words.say("nudge.stale", next=next_one)
