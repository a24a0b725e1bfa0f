"""Forms that were sent."""

from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.conversation import Conversation
from bot.desk import Body, Desk, about, seller_of
from bot.views import forms
from bot.views.fields import Wrong
from coaching.factors import Factor
from coaching.moves import Ask, Move, Reply, Step
from storage import Seller, Transaction


class Forms:
    """Listeners of the three forms. A form that is not taken stays open with what was typed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_brief(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Before the call: a new check, or new answers to the form of one."""
        seller, view = seller_of(context), body["view"]
        async with self._desk.form(ack, seller, view) as tx:
            if tx is not None:
                await self._brief(tx, seller, view)

    async def _brief(self, tx: Transaction, seller: Seller, view: Body) -> None:
        desk, opened = self._desk, about(view)
        if opened.get("since", "") != await tx.forgotten():
            raise Wrong({"plan": desk.words.text("form.brief.wrong.forgotten")})
        known = await tx.buyers()
        brief = forms.read_brief(view["state"]["values"], desk.words, known, desk.now())
        brief = replace(brief, first=_first(view))
        if not opened["check"]:
            await Conversation.start(tx, seller, brief, view["id"], desk.words, desk.now())
            return
        talk = await desk.conversation(tx, opened["check"])
        move = Move(Step(Ask.FILL_IN), Reply.BRIEF, brief=brief)
        if talk is None or not await talk.take(move):
            raise Wrong({"plan": desk.words.text("form.brief.wrong.gone")})

    async def on_evidence(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """What they said or did."""
        words, view = self._desk.words, body["view"]
        async with self._desk.form(ack, seller_of(context), view) as tx:
            if tx is None:
                return
            reading, choices = forms.read_evidence(view["state"]["values"], words)
            move = Move(_step(view), Reply.FORM, reading=reading, choices=choices)
            label = words.text("gate.options.told") if move.step.ask is Ask.GATE else ""
            await self._answer(tx, view, move, label, "what")

    async def on_change(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """The one change, in the seller's words."""
        words, view = self._desk.words, body["view"]
        async with self._desk.form(ack, seller_of(context), view) as tx:
            if tx is None:
                return
            change = forms.read_change(view["state"]["values"], words)
            move = Move(_step(view), Reply.WORDS, change=change)
            await self._answer(tx, view, move, words.text("change.options.change"), "will")

    async def _answer(
        self, tx: Transaction, view: Body, move: Move, label: str, block: str
    ) -> None:
        """Take the form as an answer; Wrong, at ``block``, when its question has moved on."""
        talk = await self._desk.conversation(tx, about(view)["check"])
        if talk is None or not await talk.take(_now_at(talk, move), label):
            raise Wrong({block: self._desk.words.text("form.evidence.wrong.gone")})


def _now_at(talk: Conversation, move: Move) -> Move:
    """A form opened at one step of a factor answers whichever step of it is asked by now."""
    asked = talk.step
    if move.step.factor and asked.factor is move.step.factor and asked.ask is not Ask.FACTOR:
        return Move(asked, move.reply, reading=move.reading, choices=move.choices)
    return move


def _step(view: Body) -> Step:
    return Step.parse(about(view)["step"])


def _first(view: Body) -> Factor | None:
    name = about(view).get("first")
    return Factor(name) if name else None
