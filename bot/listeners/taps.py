"""Buttons and menus."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import buyers
from bot.conversation import Conversation
from bot.desk import Body, Desk, seller_of, tap_key
from bot.kinds import NOTICE
from bot.views import greeting
from bot.views.forms import change_form, evidence_form
from bot.views.messages import notice, parse_value
from coaching.brief import Brief, Kind
from coaching.change import offered
from coaching.moves import Ask, Move, Reply, Said, Step
from coaching.prompts import change_parts
from coaching.taps import tap
from storage import Seller, Transaction

_OVER = {Ask.CANCELLED: "cancelled", Ask.DONE: "done"}

CONTROLS = {"back", "skip", "pause", "resume", "cancel", "change"}
ONE_STEP = {"back", "skip", Reply.ANOTHER}
"""Taps that would act on the next question too."""


class Taps:
    """Listeners of everything that is tapped."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def on_tap(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """A button that answers, or that pauses, resumes, cancels."""
        action = body["actions"][0]
        await self._take(body, context, action["value"], action["text"]["text"])
        await ack()

    async def on_more(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """The menu at each step: back, change, skip, pause, cancel."""
        await self._take(body, context, body["actions"][0]["selected_option"]["value"], "")
        await ack()

    async def on_pick(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Better than several of the choices at once."""
        action = body["actions"][0]
        _, check_id, step = action["action_id"].split(":", 2)
        chosen = action["selected_options"]
        if chosen:
            value = f"{check_id}|{step}|{Reply.BETTER}|" + "|".join(o["value"] for o in chosen)
            label = ", ".join(option["text"]["text"] for option in chosen)
            await self._take(body, context, value, label)
        await ack()

    async def on_kind(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """The menu that corrects the kind of plan."""
        action = body["actions"][0]
        check_id = action["action_id"].partition(":")[2]
        kind = Kind(action["selected_option"]["value"])
        async with self._desk.once(seller_of(context), "tap", tap_key(body)) as tx:
            if tx is not None and (talk := await self._desk.conversation(tx, check_id)):
                await talk.take(Move(Step(Ask.QUESTION), Reply.KIND, kind=kind))
        await ack()

    async def on_form(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """A button that opens a form. Nothing is stored until the form is sent."""
        check_id, step, form, _ = parse_value(body["actions"][0]["value"])
        seller = seller_of(context)
        async with self._desk.store.begin(seller) as tx:
            talk = await self._desk.find(tx, check_id)
            view = await self._view(tx, talk, form, step) if talk else None
        await ack()
        if view is not None:
            await self._desk.open_or_tell(seller, client, body, view)

    async def on_show(
        self, ack: AsyncAck, body: Body, context: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """The buttons under the welcome and in App Home: start, see one, who sees what, help."""
        what = body["actions"][0]["action_id"].partition(":")[2]
        if what == "start":
            async with self._desk.store.begin(seller_of(context)) as tx:
                view = await self._desk.brief_form(tx, Brief(""))
        else:
            view = greeting.shown(self._desk.words, what)
        await ack()
        await self._desk.open_or_tell(seller_of(context), client, body, view)

    async def on_place(self, ack: AsyncAck, body: Body, context: dict[str, Any]) -> None:
        """Which check a text at the top level belongs to."""
        parked_id, place = body["actions"][0]["value"].split("|")
        seller = seller_of(context)
        async with self._desk.once(seller, "tap", tap_key(body)) as tx:
            if tx is not None:
                await self._place(tx, seller, parked_id, place)
        await ack()

    async def _place(self, tx: Transaction, seller: Seller, parked_id: str, place: str) -> None:
        desk = self._desk
        if place not in ("new", "none"):
            await self._place_in(tx, parked_id, place)
        elif (parked := await tx.unpark(parked_id)) is None:
            await tx.post(purpose=NOTICE, body=notice(desk.words, "removed"))
        elif place == "none":
            await tx.post(purpose=NOTICE, body=notice(desk.words, "unplaced"))
        else:
            brief = await buyers.from_plan(tx, Brief(parked.text))
            await Conversation.start(tx, seller, brief, parked.id, desk.words, desk.now())

    async def _place_in(self, tx: Transaction, parked_id: str, check_id: str) -> None:
        """Into a check that still listens; else the text stays there for another button."""
        talk = await self._desk.conversation(tx, check_id)
        over = _OVER.get(talk.step.ask) if talk else "gone"
        if talk and await talk.after_call.question():
            over = None
        parked = None if over else await tx.unpark(parked_id)
        if talk is None or parked is None:
            await tx.post(purpose=NOTICE, body=notice(self._desk.words, over or "removed"))
            return
        await tx.place_text(parked.channel, parked.ts, check_id)
        said = Said(parked.text, parked.ts)
        if not await talk.listen_after(said):
            await talk.listen(said, await talk.shown_prompt())

    async def _take(self, body: Body, context: dict[str, Any], value: str, label: str) -> None:
        check_id, step, reply, argument = parse_value(value)
        async with self._desk.once(seller_of(context), "tap", tap_key(body)) as tx:
            talk = await self._desk.find(tx, check_id) if tx else None
            if talk is None:
                return
            if reply in ONE_STEP and await talk.has_moved_on(body["container"]["message_ts"]):
                return  # tapped twice: the second tap is not about the question that came since
            if reply in CONTROLS or (reply == Reply.REOPEN and not argument):
                await control(talk, reply)
            else:
                await self._answer(talk, tap(Step.parse(step), Reply(reply), argument), label)

    async def _answer(self, talk: Conversation, move: Move, label: str) -> None:
        if await talk.take(move, label):
            return
        # A tap on a question that has been answered is a double or late tap: no second effect.
        if talk.step.ask is Ask.CANCELLED:
            await talk.notify("cancelled")
        elif talk.step.ask is Ask.DONE:
            await talk.notify("ended")

    async def _view(
        self, tx: Transaction, talk: Conversation, form: str, step: str
    ) -> dict[str, Any]:
        """The form a button opens, filled with what is known."""
        words, standing = self._desk.words, talk.dialogue.standing
        if form == "brief":
            ended = talk.step.ask is Ask.CANCELLED
            return await self._desk.brief_form(tx, standing.brief, "" if ended else talk.check_id)
        if form == "again":
            brief = standing.brief
            them = Brief("", brief.person, brief.company, brief.choices)
            return await self._desk.brief_form(tx, them)
        if form == "change":
            parts = change_parts(offered(talk.dialogue, words), standing, words)
            return change_form(words, parts, talk.check_id, step)
        factor = Step.parse(step).factor
        reading = standing.records[factor].reading if factor else None
        return evidence_form(words, standing.brief, reading, talk.check_id, step)


async def control(talk: Conversation, word: str) -> None:
    """Back, change, skip, pause, resume, cancel: by button as by word."""
    if word in ("change", Reply.REOPEN):
        await talk.ask_what_to_change()
    elif word == "resume" and not talk.dialogue.standing.paused:
        await talk.ask_again()
    elif not await talk.take(Move(talk.step, Reply(word))):
        await talk.notify("no_back" if word == "back" else "not_now", what=word)
