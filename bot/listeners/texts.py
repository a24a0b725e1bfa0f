"""What sellers write in their direct messages with the bot."""

from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.cadence import Choices, do_request
from bot.conversation import Conversation
from bot.desk import Body, Desk, seller_of
from bot.kinds import NOTICE, PLACING
from bot.language import Languages, choose_language
from bot.listeners import own_data
from bot.listeners.beside import Beside
from bot.listeners.taps import CONTROLS, control
from bot.views import greeting, placing
from bot.views.messages import message, notice
from bot.views.text import unescape
from coaching.answers import asked_language, command
from coaching.cadence import Nudges
from coaching.grammar import half
from coaching.moves import Ask, Said
from coaching.reading import MAX_TEXT
from coaching.tells import typed_wish, unended
from storage import Interrupted, Message, Seller, Transaction

A_MINUTE_LATER = 2
"""The number of Slack's retry by which a question that was being posted has been found."""
TEXT_SUBTYPES = (None, "file_share", "thread_broadcast")


class Texts:
    """Listeners of messages: new, edited and deleted ones."""

    def __init__(self, desk: Desk, languages: Languages) -> None:
        self._desk = desk
        self._languages = languages

    async def on_message(
        self, event: Body, body: Body, context: dict[str, Any], request: AsyncBoltRequest
    ) -> None:
        """A text in the thread of a check, or beside any."""
        if not _from_a_person(event):
            return
        retried = int(request.headers.get("x-slack-retry-num", ["0"])[0])
        seller = seller_of(context)
        async with self._desk.once(seller, "event", body["event_id"], event["ts"]) as tx:
            if tx is None or not await tx.keep_text(event["channel"], event["ts"], None):
                return
            text = _typed(event)
            talk = await self._in_thread(tx, event)
            if talk is None:
                talk = await self._beside(tx, seller, event, text)
            if talk is not None:
                await self._in(tx, talk, seller, Said(text, event["ts"]), retried)

    async def on_edited(self, event: Body, body: Body, context: dict[str, Any]) -> None:
        """An edited message replaces its words."""
        message = event["message"]
        if not _from_a_person(message) or message.get("text") == event.get(
            "previous_message", {}
        ).get("text"):
            return
        await self._correct(body, context, event["channel"], message, _typed(message))

    async def on_deleted(self, event: Body, body: Body, context: dict[str, Any]) -> None:
        """A deleted message takes its words away."""
        message = event.get("previous_message", {})
        if _from_a_person(message):
            await self._correct(body, context, event["channel"], message, "")

    async def _correct(
        self, body: Body, context: dict[str, Any], channel: str, message: Body, text: str
    ) -> None:
        seller = seller_of({**context, "user_id": message["user"]})
        async with self._desk.once(seller, "event", body["event_id"], message["ts"]) as tx:
            if tx is None:
                return
            if len(text) > MAX_TEXT:
                await tx.post(purpose=NOTICE, body=notice(self._desk.words, "too_long"))
                return
            placed = {"channel": channel, **message}
            talk = await self._in_thread(tx, placed) or await self._placed(tx, placed)
            if talk is not None:
                await talk.correct(Said(text, message["ts"]))
            else:
                await tx.repark(text, channel, message["ts"])

    async def _in_thread(self, tx: Transaction, event: Body) -> Conversation | None:
        thread_ts = event.get("thread_ts")
        if not thread_ts:
            return None
        check = await tx.check_in_thread(event["channel"], thread_ts)
        return Conversation(tx, check, self._desk.words, self._desk.now()) if check else None

    async def _placed(self, tx: Transaction, event: Body) -> Conversation | None:
        """The check that a text written outside any thread was given to."""
        check_id = await tx.check_of_text(event["channel"], event["ts"])
        return await self._desk.conversation(tx, check_id) if check_id else None

    async def _in(
        self, tx: Transaction, talk: Conversation, seller: Seller, said: Said, retried: int
    ) -> None:
        """Words in the thread of a check: a command, or an answer."""
        asked = command(said.text, self._desk.words)
        if body := await self._asked_for(tx, seller, said.text, asked):
            await talk.tell(body)
        elif body := await talk.follow_up.listen(said.text):
            await talk.tell(body)
            await talk.show_end()
        elif asked in own_data.OWN:
            await own_data.answer(self._desk, tx, asked)
        elif asked in CONTROLS:
            if asked != "back" or not await talk.take_back():
                await control(talk, asked)
        elif not said.text:
            await talk.notify("only_text")
        elif len(said.text) > MAX_TEXT:
            await talk.notify("too_long")
        elif talk.step.ask is Ask.CANCELLED:
            await talk.notify("cancelled")
        elif await talk.listen_after(said):
            await talk.show_end()
        else:
            await self._listen(tx, talk, said, retried)

    async def _listen(self, tx: Transaction, talk: Conversation, said: Said, retried: int) -> None:
        """An answer to the question that is open, or to what was offered at the end."""
        if talk.step.ask is Ask.DONE:
            if not await self._after_the_end(tx, talk, said):
                await talk.notify("done")
            return
        shown = await talk.shown_prompt()
        if retried < A_MINUTE_LATER and shown and await _is_unclear(tx, shown):
            raise Interrupted("whether the question was there already is not known yet")
        await talk.listen(said, shown)

    async def _after_the_end(self, tx: Transaction, talk: Conversation, said: Said) -> bool:
        """A yes or no to what was offered last, or thanks for it; False for other words."""
        wanted = typed_wish(said.text, self._desk.words)
        if wanted is None:
            thanks = self._desk.words.hears("thanks", unended(said.text))
            return thanks and await talk.follow_up.is_wanted()
        if await talk.follow_up.reply(wanted=wanted):
            await talk.show_end()
            return True
        return await talk.after_call.is_told() and await self._consent(tx, talk, wanted=wanted)

    async def _consent(self, tx: Transaction, talk: Conversation, *, wanted: bool) -> bool:
        """Whether nudges are wanted, in words; False when that is not what was asked."""
        choices = Choices(tx, self._desk.words, self._desk.now())
        if (await choices.cadence()).nudges is not Nudges.ASKED:
            return False
        line = await choices.choose(nudges=Nudges.ON if wanted else Nudges.NO)
        await talk.tell(message((line,)))
        return True

    async def _beside(
        self, tx: Transaction, seller: Seller, event: Body, text: str
    ) -> Conversation | None:
        """Words outside any check's thread: for a nudge, or for the one check that may be meant,
        which is returned; else the seller says for which."""
        words = self._desk.words
        said = command(text, words)
        beside = Beside(self._desk, tx, seller, event, text)
        if body := await self._asked_for(tx, seller, text, said):
            await tx.post(purpose=NOTICE, body=body)
            return None
        if said in own_data.OWN:
            await own_data.answer(self._desk, tx, said)
            return None
        nudge = await beside.nudge()
        if line := await beside.answer(nudge):
            under = nudge.message_id if nudge and "thread_ts" in event else None
            await tx.post(purpose=NOTICE, body=message((line,)), under=under)
        elif talk := await beside.check(nudge, waiting := await beside.waiting()):
            await tx.place_text(event["channel"], event["ts"], talk.check_id)
            return talk
        elif not text or len(text) > MAX_TEXT:
            key = "too_long" if text else "only_text"
            await tx.post(purpose=NOTICE, body=notice(words, key))
        else:
            parked_id = await tx.park(text, event["channel"], event["ts"])
            titles = [(check_id, talk.dialogue.standing) for check_id, talk in waiting.items()]
            await tx.post(purpose=PLACING, body=placing.ask_where(titles, parked_id, words))
        return None

    async def _asked_for(
        self, tx: Transaction, seller: Seller, text: str, said: str
    ) -> dict[str, Any] | None:
        """The answer to a command that is the same in a thread and beside: help, or a setting."""
        words = self._desk.words
        if said in ("help", "privacy"):
            return greeting.help_text(words) if said == "help" else greeting.privacy_text(words)
        if code := asked_language(text, words):
            return message((await choose_language(tx, seller, code, self._languages),))
        if line := await do_request(tx, text, words, self._desk.now()):
            return message((line,))
        name = half(text, words)
        return message((words.say(f"begun.{name}"),)) if name else None


async def tell_unsaved(client: AsyncWebClient, event: Body, desk: Desk) -> None:
    """Say at once that a text could not be kept; Slack delivers it again by itself."""
    body = notice(desk.words, "unsaved_text")
    await client.chat_postEphemeral(
        channel=event["channel"],
        user=event["user"],
        thread_ts=event.get("thread_ts"),
        text=body["text"],
        blocks=body["blocks"],
    )


async def _is_unclear(tx: Transaction, shown: Message) -> bool:
    """Whether a question may stand in Slack though its time is not known: then nobody can say yet
    whether words were written before it or under it."""
    return shown.ts is None and await tx.is_under_way(shown.id)


def _typed(message: Body) -> str:
    return unescape(message.get("text") or "").strip()


def _from_a_person(message: Body) -> bool:
    """Whether somebody wrote it: no bot, no notice of Slack's own."""
    own = message.get("bot_id") or not message.get("user")
    return not own and message.get("subtype") in TEXT_SUBTYPES
