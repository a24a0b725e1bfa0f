"""Forms that were sent."""

import json
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.conversation import Conversation
from bot.listeners.desk import Body, Desk, seller_of
from bot.views import forms
from coaching.factors import Factor
from coaching.moves import Ask, Move, Reply, Step
from storage import Seller


class Forms:
    """Listeners of the three forms. A form that is not taken stays open with what was typed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_brief(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Before the call: a new check, or new answers to the form of one."""
        await self._acknowledge(ack, self._brief(body["view"], seller_of(context)))

    async def on_evidence(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """What they said or did."""
        await self._acknowledge(ack, self._evidence(body["view"], seller_of(context)))

    async def on_change(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """The one change, in the seller's words."""
        await self._acknowledge(ack, self._change(body["view"], seller_of(context)))

    async def _acknowledge(self, ack: AsyncAck, taking: Awaitable[None]) -> None:
        """Close the form, or show what is wrong in it: its transaction is then undone, and with
        it the mark that it was received, so that it can be sent again."""
        try:
            await taking
        except forms.Wrong as wrong:
            await ack(response_action="errors", errors=wrong.errors)
        else:
            await ack()

    async def _brief(self, view: dict[str, Any], seller: Seller) -> None:
        desk = self._desk
        async with desk.once(seller, "form", view_key(view)) as tx:
            if tx is None:
                return
            if about(view).get("since", "") != await tx.forgotten():
                raise forms.Wrong({"plan": desk.words.text("form.brief.wrong.forgotten")})
            known = await tx.buyers()
            brief = forms.read_brief(view["state"]["values"], desk.words, known, desk.now())
            brief = replace(brief, first=_first(view))
            check_id = about(view)["check"]
            if not check_id:
                await Conversation.start(tx, seller, brief, view["id"], desk.words, desk.now())
                return
            talk = await desk.conversation(tx, check_id)
            move = Move(Step(Ask.FILL_IN), Reply.BRIEF, brief=brief)
            if talk is None or not await talk.take(move):
                raise forms.Wrong({"plan": desk.words.text("form.brief.wrong.gone")})

    async def _evidence(self, view: dict[str, Any], seller: Seller) -> None:
        words = self._desk.words
        reading, choices = forms.read_evidence(view["state"]["values"], words)
        move = Move(_step(view), Reply.FORM, reading=reading, choices=choices)
        label = words.text("gate.options.told") if move.step.ask is Ask.GATE else ""
        await self._answer(view, seller, move, label, "what")

    async def _change(self, view: dict[str, Any], seller: Seller) -> None:
        words = self._desk.words
        change = forms.read_change(view["state"]["values"], words)
        move = Move(_step(view), Reply.WORDS, change=change)
        label = words.text("change.options.change")
        await self._answer(view, seller, move, label, "will")

    async def _answer(
        self, view: dict[str, Any], seller: Seller, move: Move, label: str, block: str
    ) -> None:
        """Take the form as an answer; Wrong, at ``block``, when its question has moved on."""
        async with self._desk.once(seller, "form", view_key(view)) as tx:
            if tx is None:
                return
            talk = await self._desk.conversation(tx, about(view)["check"])
            if talk is None or not await talk.take(_now_at(talk, move), label):
                raise forms.Wrong({block: self._desk.words.text("form.evidence.wrong.gone")})


def _now_at(talk: Conversation, move: Move) -> Move:
    """A form opened at one step of a factor answers whichever step of it is asked by now."""
    asked = talk.step
    if move.step.factor and asked.factor is move.step.factor and asked.ask is not Ask.FACTOR:
        return Move(asked, move.reply, reading=move.reading, choices=move.choices)
    return move


def about(view: dict[str, Any]) -> dict[str, str]:
    """What a form was opened for."""
    opened: dict[str, str] = json.loads(view["private_metadata"])
    return opened


def _step(view: dict[str, Any]) -> Step:
    return Step.parse(about(view)["step"])


def _first(view: dict[str, Any]) -> Factor | None:
    name = about(view).get("first")
    return Factor(name) if name else None


def view_key(view: dict[str, Any]) -> str:
    """What makes one submission one submission."""
    return f"{view['id']}|{view['hash']}"
